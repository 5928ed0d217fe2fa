import { describe, expect, it, test } from 'vitest';
import { assertLoadable, loadProblems, movingProblem } from '#core/tables/postgres/load-bounds.ts';
import { isHeldBy, postgresProblem, postgresTypeOf } from '#core/tables/postgres/postgres-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { SCALAR_NAMES } from '#core/tables/schema/scalar-types.ts';

describe('types of PostgreSQL', () => {
  it('are created so that they hold what they are created for', () => {
    const all = [...SCALAR_NAMES, 'DECIMAL(12, 2)', 'DECIMAL(38, 0)'].map(parseType);
    for (const type of all) {
      const name = postgresTypeOf(type);
      if (name !== undefined) expect(isHeldBy(type, name)).toBe(true);
    }
    expect(all.filter((type) => postgresTypeOf(type) === undefined)).toEqual([
      parseType('TIMESTAMP_NS'),
    ]);
  });

  it.each([
    ['INTEGER', 'bigint', true],
    ['BIGINT', 'integer', false],
    ['SMALLINT', 'numeric', true],
    ['BIGINT', 'numeric(19,0)', true],
    ['BIGINT', 'numeric(18,0)', false],
    ['BIGINT', 'numeric(20,2)', false],
    ['UBIGINT', 'bigint', false],
    ['DECIMAL(12, 2)', 'numeric(12,2)', true],
    ['DECIMAL(12, 2)', 'numeric(13,3)', true],
    ['DECIMAL(12, 2)', 'numeric(12,3)', false],
    ['DECIMAL(12, 2)', 'numeric(20,1)', false],
    ['DECIMAL(12, 2)', 'double precision', false],
    ['VARCHAR', 'character varying', true],
    ['VARCHAR', 'character varying(10)', false],
    ['DOUBLE', 'real', false],
    ['DOUBLE', 'numeric', false],
    ['TIMESTAMP', 'timestamp(6) without time zone', true],
    ['TIMESTAMP', 'timestamp(3) without time zone', false],
    ['TIMESTAMP', 'timestamp with time zone', false],
    ['TIMESTAMP_NS', 'timestamp without time zone', false],
    ['INTEGER[]', 'integer[]', false],
  ])('%s is held by %s: %s', (type, found, held) => {
    expect(isHeldBy(parseType(type), found)).toBe(held);
  });

  it('are missing for nested types and nanoseconds, by name', () => {
    const problem = (type: string) => postgresProblem({ name: 'x', type: parseType(type) });
    expect(problem('INTEGER')).toBeUndefined();
    expect(problem('TIMESTAMP_NS')).toBe(
      'the column "x" is TIMESTAMP_NS: PostgreSQL keeps microseconds; give TIMESTAMP',
    );
    expect(problem('INTEGER[]')).toMatch(/^the column "x" is INTEGER\[\]: a nested type; take/);
  });
});

test('what a database cannot take is named', () => {
  const column = (name: string, type: string) => ({ name, type: parseType(type), lossy: false });
  expect(() => assertLoadable([column('a', 'INTEGER')])).not.toThrow();
  const long = column('ä'.repeat(32), 'STRUCT(a integer)');
  expect(() => assertLoadable([long])).toThrow(/more than 63 bytes .*; the column .* nested/);
  expect(loadProblems(undefined)).toEqual([]);
  expect(loadProblems(100)).toEqual([]);
  expect(loadProblems(101)).toEqual([
    "limits.concurrency must be a whole number from 1 to 100 where output.format is 'postgres', since each writer holds a connection, got 101",
  ]);
});

it('lets one function move as many hidden rows as ten minutes are enough for', () => {
  expect(movingProblem(6_000_000_000)).toBeUndefined();
  expect(movingProblem(6_100_000_000)).toMatch(
    /about 6100 MB of rows at once would take some 11 minutes, at most 10 are allowed; give 'direct'/,
  );
});
