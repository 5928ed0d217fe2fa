import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { manifestSchema } from '#core/manifest/manifest.ts';

const published = new URL('../../../docs/manifest.schema.json', import.meta.url);

describe('docs/manifest.schema.json', () => {
  it('is the schema that manifests are parsed with (vitest -u writes it)', async () => {
    const schema = { title: 'sparse-fanout manifest', ...z.toJSONSchema(manifestSchema) };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published.pathname);
  });

  it('is a valid JSON Schema that fails on what is no manifest', () => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(published, 'utf8')));
    expect(validate({ type: 'sparse-fanout-manifest' })).toBe(false);
  });
});
