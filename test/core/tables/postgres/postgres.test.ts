import { describe, expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { equalType, isExact, keyType, typeProblem } from '#core/tables/postgres/column-types.ts';
import { rangeSql } from '#core/tables/postgres/key-range.ts';
import { KeyRuns } from '#core/tables/postgres/key-runs.ts';
import {
  copyRangeSql,
  copySampleSql,
  countSql,
  hasBlocksSql,
  noRowsSql,
  prepareSql,
} from '#core/tables/postgres/read-sql.ts';

describe('types', () => {
  it.each([
    ['numeric(12,2)', 'DECIMAL(12, 2)'],
    ['numeric(5,0)', 'DECIMAL(5, 0)'],
    ['timestamp(3) with time zone', 'TIMESTAMPTZ'],
    ['character varying(10)', 'VARCHAR'],
    ['character(3)', 'VARCHAR'],
    ['enum', 'VARCHAR'],
    ['oid', 'UINTEGER'],
    ['numeric', undefined],
    ['numeric(50,2)', undefined],
    ['numeric(2,5)', undefined],
    ['numeric(5,-2)', undefined],
    ['integer[]', undefined],
    ['bytea', undefined],
    ['money', undefined],
  ])('%s is %s', (type, equal) => {
    expect(equalType(type)).toBe(equal);
  });

  it('say what to cast to where they have no equal', () => {
    expect(typeProblem({ name: 'a"b', type: 'numeric' })).toContain('"a\\"b" is numeric');
    expect(typeProblem({ name: 'a', type: 'numeric' })).toContain('::numeric(38, 10)');
    expect(typeProblem({ name: 'a', type: 'point' })).toContain('::text');
  });

  it('say whether equal values have equal texts, and which are keys', () => {
    expect(['integer', 'uuid', 'date'].every(isExact)).toBe(true);
    expect(['text', 'numeric(5,2)', 'double precision', 'point'].some(isExact)).toBe(false);
    expect(keyType('character varying(5)')).toBe('text');
    expect(keyType('numeric(9,2)')).toBe('numeric');
    expect(keyType('double precision')).toBeUndefined();
    expect(keyType('enum')).toBeUndefined();
  });
});

describe('a range of keys', () => {
  const one = [{ name: 'k', type: 'text' }];
  const two = [...one, { name: 'n', type: 'integer' }];

  it('of all keys is no condition', () => {
    expect(rangeSql(one, {})).toBe('true');
  });

  it('has its first and not its last, quoted', () => {
    expect(rangeSql(one, { from: ["a'; drop"], until: ['b\\'] })).toBe(
      `q."k" >= 'a''; drop'::text AND q."k" <= 'b\\'::text AND ((q."k" > 'a''; drop'::text OR q."k" IS NULL) OR (q."k" = 'a''; drop'::text AND true)) AND (q."k" < 'b\\'::text OR (q."k" = 'b\\'::text AND false))`,
    );
  });

  it('has NULL behind all values', () => {
    expect(rangeSql(one, { from: [null] })).toBe('(false OR (q."k" IS NULL AND true))');
    expect(rangeSql(one, { until: [null] })).toBe(
      '(q."k" IS NOT NULL OR (q."k" IS NULL AND false))',
    );
  });

  it('compares one column after the other', () => {
    expect(rangeSql(two, { from: ['a', null] })).toBe(
      `((q."k" > 'a'::text OR q."k" IS NULL) OR (q."k" = 'a'::text AND (false OR (q."n" IS NULL AND true))))`,
    );
  });
});

describe('statements', () => {
  const table = { schema: 'public', table: 'a"b' };
  const key = [{ name: 'k', type: 'text' }];
  const columns = [
    { name: 'k', type: 'text' },
    { name: 'n', type: 'integer' },
  ];

  it('read a table by its quoted name, in a total order', () => {
    expect(copyRangeSql(table, { key, columns }, {})).toBe(
      'COPY (SELECT q."k", q."n" FROM "public"."a""b" AS q WHERE true ORDER BY q."k" ASC NULLS LAST, q."k"::text COLLATE "C", q."n") TO STDOUT (FORMAT csv, ENCODING \'UTF8\')',
    );
    expect(countSql(table, key)).toBe(
      'SELECT q."k"::text, count(*)::text FROM "public"."a""b" AS q GROUP BY q."k" ORDER BY q."k" ASC NULLS LAST',
    );
    expect(hasBlocksSql(table)).toContain(`'"public"."a""b"'::regclass`);
  });

  it('hold a query on lines of its own, so that a comment ends', () => {
    expect(noRowsSql({ query: 'select 1 -- x' })).toBe(
      'SELECT q.* FROM (\nselect 1 -- x\n) AS q LIMIT 0',
    );
    expect(prepareSql('p', 'select 1 -- x')).toBe('PREPARE "p" AS\nselect 1 -- x\n');
  });

  it('sample blocks of a large table, and the first rows of anything else', () => {
    const size = { rows: 100, of: 20_000, hasBlocks: true };
    expect(copySampleSql(table, columns, size)).toContain(
      'TABLESAMPLE SYSTEM (1) REPEATABLE (17) LIMIT 100',
    );
    expect(copySampleSql(table, columns, { ...size, of: 150 })).not.toContain('SAMPLE');
    expect(copySampleSql(table, columns, { ...size, of: 0 })).not.toContain('SAMPLE');
    expect(copySampleSql(table, columns, { ...size, hasBlocks: false })).not.toContain('SAMPLE');
  });
});

function runsOf(mostRuns: number): KeyRuns {
  const runs = new KeyRuns(mostRuns);
  for (let key = 0; key < 500; key++) runs.add([`${key}`, null], key === 250 ? 900 : 7);
  return runs;
}

describe('KeyRuns', () => {
  it.each([1000, 64])('packs all keys, where at most %d are held', (mostRuns) => {
    const runs = runsOf(mostRuns);
    expect(runs.keys).toBe(500);
    expect(runs.largest).toEqual({ key: ['250', null], rows: 900 });
    const chunks = runs.chunks(500);
    expect(chunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(runs.rows);
    let next = 0;
    for (const chunk of chunks) {
      expect(chunk.start).toBe(next);
      expect(chunk.first).toEqual([`${next}`, null]);
      next += chunk.keys;
      expect(chunk.last).toEqual([`${next - 1}`, null]);
    }
    expect(next).toBe(500);
    expect(chunks.map((chunk) => chunk.next)).toEqual([
      ...chunks.slice(1).map(({ first }) => first),
      undefined,
    ]);
    expect(chunks.filter(({ rows, keys }) => rows === 900 && keys === 1)).toHaveLength(1);
  });

  it('refuses a key that is too long', () => {
    expect(() => new KeyRuns().add(['x'.repeat(1100)], 1)).toThrow(BoundExceededError);
  });
});
