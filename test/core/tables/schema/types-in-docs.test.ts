import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LeafType, typeSql } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { literal } from '#core/tables/schema/quote.ts';
import { SCALAR_TYPES } from '#core/tables/schema/scalar-types.ts';
import { selectBadSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

const page = await readFile(join(import.meta.dirname, '../../../../docs/tables.md'), 'utf8');

const from = page.slice(page.indexOf('\n## Types\n') + 1);
const section = from.slice(0, from.indexOf('\n## '));

/** The rows of the table of types. */
const ROWS = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| type '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, type, others, reads, refuses, parquet]) => ({
    type: type!,
    others: others!,
    reads: [...reads!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!),
    refuses: [...refuses!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!),
    parquet: parquet!.split(', '),
  }));

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

function selection(name: string, texts: readonly string[]) {
  const values = texts.map((text) => `(${literal(text)})`).join(', ');
  const relation = { sql: `(SELECT * FROM (VALUES ${values}) t(c0))`, types: [TEXT] };
  const column = { name: 'x', type: parseType(name), lossy: false };
  return { sources: [{ column, at: 0 }], relation };
}

describe('the table of types in the docs', () => {
  it('has every type and no other', () => {
    const scalars = ROWS.map(({ type }) => parseType(type) as LeafType)
      .filter((type) => type.kind === 'scalar')
      .map(typeSql);
    expect(scalars).toEqual(Object.keys(SCALAR_TYPES).filter((name) => name !== 'BLOB'));
  });

  it.each(ROWS)('$type has these other names', ({ type, others }) => {
    const names = others === '' ? [] : others.split(/, (?!\d)/);
    expect(names.map((name) => typeSql(parseType(name)))).toEqual(
      names.map(() => typeSql(parseType(type))),
    );
    const table: Readonly<Record<string, readonly string[]>> = SCALAR_TYPES;
    if (type in table) expect(names).toEqual(table[type]);
  });

  it.each(ROWS)('$type reads and refuses what it says', async ({ type, reads, refuses }) => {
    expect(await scratch.texts(selectSql(selection(type, reads)))).toHaveLength(reads.length);
    if (refuses.length === 0) return;
    const bad = await scratch.rows(selectBadSql(selection(type, refuses)));
    expect(bad.map(({ text }) => text)).toEqual(refuses);
  });

  it.each(ROWS)('$type goes through Parquet as $parquet', async ({ type, reads, parquet }) => {
    const select = selectSql(selection(type, reads));
    const path = await scratch.write(select);
    const [leaf] = await scratch.rows(
      `SELECT type, converted_type, logical_type FROM parquet_schema(${literal(path)}) ` +
        "WHERE name = 'x'",
    );
    const [physical, logical = physical] = parquet;
    expect(leaf!['type']).toBe(physical);
    expect(Object.values(leaf!).join(' ')).toContain(logical);
    expect(await scratch.texts(`SELECT * FROM read_parquet(${literal(path)})`)).toEqual(
      await scratch.texts(select),
    );
  });
});
