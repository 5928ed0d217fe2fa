import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRelation, openJsonRelation } from '#core/tables/schema/json-relation.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { selectBadSql, selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

async function read(lines: readonly string[], type: string, key = 'v') {
  const path = await scratch.file(`${lines.join('\n')}\n`);
  const file = { path, keys: [{ key, type: parseType(type) }], recordBytes: 1_000 };
  const sources = [{ column: { name: key, type: parseType(type), lossy: false }, at: 0 }];
  return {
    strict: { sources, relation: jsonRelation(file) },
    open: { sources, relation: openJsonRelation(file) },
  };
}

describe('JSON whose numbers were made strings', () => {
  it.each([
    ['int', ['{"v":"1"}', '{}', '{"v":null}', '{"w":"2"}'], ['1', null, null, null]],
    ['bigint', ['{"v":"9007199254740993"}'], ['9007199254740993']],
    ['decimal(20,2)', ['{"v":"123456789012345678.12"}'], ['123456789012345678.12']],
    [
      'varchar',
      ['{"v":"1.10"}', '{"v":true}', '{"v":"\\u00e9\\ud83d\\ude00"}'],
      ['1.10', 'true', 'é😀'],
    ],
    ['boolean', ['{"v":true}', '{"v":"true"}'], ['true', 'true']],
    ['int[]', ['{"v":["1",null]}', '{"v":[]}', '{"v":null}'], ['[1, NULL]', '[]', null]],
    [
      'struct(x int, l varchar[])',
      ['{"v":{"x":"1","l":["a",null]}}', '{"v":null}', '{"v":{"l":[]}}', '{"v":{}}'],
      ["{'x': 1, 'l': [a, NULL]}", null, "{'x': NULL, 'l': []}", "{'x': NULL, 'l': NULL}"],
    ],
    ['map(int, date)', ['{"v":{"7":"2024-01-02"}}', '{}'], ['{7=2024-01-02}', null]],
    [
      'struct("a/~b""" struct(y int[])[])',
      ['{"v":{"a/~b\\"":[{"y":["1"]}]}}'],
      [`{'a/~b"': [{'y': [1]}]}`],
    ],
  ])('is read as %s', async (type, lines, values) => {
    const { strict, open } = await read(lines, type);
    expect(await scratch.texts(selectSql(strict))).toEqual(values);
    expect(await scratch.texts(selectGoodSql(open))).toEqual(values);
    expect(await scratch.rows(selectBadSql(open))).toEqual([]);
  });

  it.each([
    ['int', '{"v":true}', 'true'],
    ['int', '{"v":"abc"}', 'abc'],
    ['int', '{"v":"1.5"}', '1.5'],
    ['int[]', '{"v":["1","2.5"]}', '["1","2.5"]'],
    ['int[]', '{"v":{"x":"1"}}', '{"x":"1"}'],
    ['int[]', '{"v":"1"}', '"1"'],
    ['struct(x int)', '{"v":{"x":"a"}}', '{"x":"a"}'],
    ['struct(x int)', '{"v":["a"]}', '["a"]'],
    ['struct(x int[])', '{"v":{"x":"1"}}', '{"x":"1"}'],
    ['struct(x int[])[]', '{"v":[{"x":["1"]},{"x":true}]}', '[{"x":["1"]},{"x":true}]'],
    ['map(int, int)', '{"v":{"a":"1"}}', '{"a":"1"}'],
    ['map(varchar, int[])', '{"v":{"a":"1"}}', '{"a":"1"}'],
    ['map(varchar, int)', '{"v":{"a":"1.5"}}', '{"a":"1.5"}'],
  ])('as %s refuses %s', async (type, line, text) => {
    const { strict, open } = await read(['{}', line, '{}'], type);
    await expect(scratch.rows(selectSql(strict))).rejects.toThrow();
    expect(await scratch.rows(selectBadSql(open))).toEqual([{ ordinal: 1n, place: 0, text }]);
    expect(await scratch.texts(selectGoodSql(open))).toEqual([null, null]);
  });

  it('may have any key', async () => {
    const key = `it's "a" $.b; --`;
    const { strict } = await read([JSON.stringify({ [key]: '1' })], 'int', key);
    expect(await scratch.rows(selectSql(strict))).toEqual([{ [key]: 1 }]);
  });
});
