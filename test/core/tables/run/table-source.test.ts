import { describe, expect, it } from 'vitest';
import { ExpectationError } from '#core/errors.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import type { TableFacts } from '#core/tables/run/table-facts.ts';

const facts: TableFacts = {
  ...{ kind: 'table', format: 'csv', objects: 2, bytes: 10, columns: 3 },
  ...{ schema: '0'.repeat(32), engine: 'duckdb-1.5.6' },
};

describe('a table as a source', () => {
  it('has rows that only its writers count', () => {
    expect(sourceOf(facts)).toMatchObject({ rows: undefined, counts: undefined });
    expect(sourceOf(facts).identity).toMatchObject({ objects: 2, bytes: 10, columns: 3 });
  });

  it('comes after another one with the objects and bytes of both', () => {
    const before = { ...facts, objects: 5, bytes: 7 };
    expect(sourceOf(facts).after(before)).toEqual({ ...facts, objects: 7, bytes: 17 });
  });

  it('has the columns that are expected, or is refused', () => {
    sourceOf(facts).assertExpected({ columns: 3 });
    sourceOf(facts).assertExpected({});
    const other = () => sourceOf(facts).assertExpected({ columns: 4 });
    expect(other).toThrow(ExpectationError);
    expect(other).toThrow('expect.columns is 4, but the schema has 3');
  });
});
