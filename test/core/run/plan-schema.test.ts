import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { planSummary } from '#core/run/plan-summary.ts';

const published = new URL('../../../docs/plan.schema.json', import.meta.url);

describe('docs/plan.schema.json', () => {
  it('is the schema of what plans promise (vitest -u writes it)', async () => {
    const schema = { title: 'sparse-fanout plan', ...z.toJSONSchema(planSummary) };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published.pathname);
  });

  it('is a valid JSON Schema that fails on what is no plan', () => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(published, 'utf8')));
    expect(validate({ rows: 5, chunks: 1 })).toBe(false);
  });
});
