import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { runEvent } from '#cli/executions/run-events.ts';

const published = new URL('../../../docs/run-events.schema.json', import.meta.url);

describe('docs/run-events.schema.json', () => {
  it('is the schema of the lines of run --json and watch --json (vitest -u writes it)', async () => {
    const schema = { title: 'sparse-fanout run event', ...z.toJSONSchema(runEvent) };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published.pathname);
  });

  it('is a valid JSON Schema that fails on what is no event', () => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(published, 'utf8')));
    expect(validate({ event: 'failure', chunk: 3, name: 'E', message: 'm' })).toBe(true);
    expect(validate({ event: 'failure', chunk: 3, name: 'E' })).toBe(false);
    expect(validate({ event: 'other' })).toBe(false);
  });
});
