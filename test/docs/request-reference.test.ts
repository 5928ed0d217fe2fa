import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { requestReference } from '#support/request-reference/request-reference.ts';
import { schemaFields } from '#support/request-reference/schema-fields.ts';

const published = new URL('../../docs/request.md', import.meta.url);

describe('docs/request.md', () => {
  it('has each field of the schemas that parse requests (vitest -u writes it)', async () => {
    await expect(requestReference()).toMatchFileSnapshot(published.pathname);
  });
});

describe('schemaFields', () => {
  it('gives each field its refusal, its default and the formats that have it', () => {
    const output = z.discriminatedUnion(
      'format',
      [
        z.strictObject({
          format: z.literal('csv'),
          rows: z.optional(z.int({ error: 'a whole number' })),
          single: z.boolean({ error: 'true or false' }),
        }),
        z.pipe(
          z.strictObject({
            format: z.literal('npz'),
            rows: z.optional(z.int({ error: 'a whole number' })),
            single: z.optional(z.literal(false, { error: 'left out' })),
          }),
          z.transform((given) => given),
        ),
      ],
      { error: 'one of csv, npz' },
    );
    const schema = z.strictObject({
      source: z.pipe(
        z.transform((given) => given),
        z.strictObject({ age: z._default(z.string({ error: 'an age' }), '1 hour') }),
      ),
      output,
    });
    const fields = schemaFields(schema).map(({ formats, ...field }) => ({
      ...field,
      formats: [...formats],
    }));
    expect(fields).toEqual([
      { path: 'source', formats: [] },
      { path: 'source.age', allowed: 'an age', usual: '1 hour', formats: [] },
      { path: 'output', allowed: 'one of csv, npz', formats: [] },
      { path: 'output.format', formats: ['csv', 'npz'] },
      { path: 'output.rows', allowed: 'a whole number', formats: ['csv', 'npz'] },
      { path: 'output.single', allowed: 'true or false', formats: ['csv'] },
    ]);
  });
});
