import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { RequestError } from '#core/errors.ts';
import { columnsSection } from '#core/tables/schema/columns-section.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { type CsvFormat, csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { rowsOf } from '#support/tables/read-table.ts';
import { convertSlice } from '#tables/convert-slice.ts';
import type { TableSlice } from '#tables/table-slice.ts';

/** What would end a literal, a name or a statement, or is read as something else by SQL. */
const WORDS = [
  ...["'", "''", "'; DROP TABLE t; --", "x' || 'y", '"', '""', '"; SELECT 1; --', ';', '--', '/*'],
  ...[
    '*/',
    '$1',
    '$$',
    '?',
    '%',
    '_',
    '\\',
    "\\'",
    '\n',
    '\r\n',
    '\t',
    '\u2028',
    '*',
    '[',
    '{',
    ')',
  ],
  ...['/etc/passwd', '../x', "read_text('/etc/passwd')", '(SELECT 1)', 'NULL', 'null', 'c0', 'v0'],
  ...['ordinal', 'CURRENT_USER', 'E', "E'\\n'", "X'00'", '0x10', 'nan', '🙂', 'a\u0301', '\ufeff'],
];

let root: string;
let engine: Engine;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hostile-'));
  engine = await openEngine({ directory: root, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

/** The rows of a slice, as lists of values. */
async function convert(slice: TableSlice): Promise<readonly (readonly unknown[])[]> {
  const directory = join(root, String(count++));
  await mkdir(directory);
  const path = join(directory, 'out.parquet');
  const file = { path, format: 'parquet', compression: 'none', rowGroupRows: 2_048 } as const;
  await convertSlice(slice, { engine, directory, file, onBadRow: 'fail' });
  const [, ...rows] = await rowsOf(engine, [path]);
  return rows.map((row) => Object.values(JSON.parse(row)));
}

interface CsvCase {
  readonly csv?: CsvFormat;
  readonly schema?: Readonly<Record<string, string>>;
  readonly defaults?: readonly string[];
}

function csvSlice(text: string, given: CsvCase = {}): TableSlice {
  const { csv = csvFormatSection.parse({}), schema = { a: 'varchar', b: 'varchar' } } = given;
  const columns = tableSchema.parse(schema);
  const sources = columns.map((column, at) => {
    const standIn = given.defaults?.[at];
    return { column, at, ...(standIn !== undefined && { default: standIn }) };
  });
  const part = { source: memorySource(Buffer.from(text), 'x.csv'), compression: 'none', start: 0 };
  return {
    format: 'csv',
    csv,
    fields: columns.length,
    sources,
    parts: [{ ...part } as const],
  } as TableSlice;
}

function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

describe('a word that SQL could misread', () => {
  it.each(WORDS)('is a value like any other: %j', async (word) => {
    const slice = csvSlice(`${quoted(word)},${quoted(word)}\n`);
    expect(await convert(slice)).toEqual([[word, word]]);
  });

  it.each(WORDS)('stands in for NULL as it is: %j', async (word) => {
    expect(columnsSection.parse({ b: { default: word } })).toEqual({ b: { default: word } });
    const slice = csvSlice('x,\n,y\n', { defaults: [word, word] });
    expect(await convert(slice)).toEqual([
      ['x', word],
      [word, 'y'],
    ]);
  });

  it.each(WORDS)('is NULL where it is a null text, or is refused: %j', async (word) => {
    const { success, data: csv } = csvFormatSection.safeParse({ nullText: [word] });
    if (!success) return expect(word).toMatch(/["\r\n,]/);
    const rows = await convert(csvSlice(`${word},${word}.\n"${word}",.${word}\n`, { csv }));
    expect(rows).toEqual([
      [null, `${word}.`],
      [word, `.${word}`],
    ]);
  });

  it.each(WORDS)('names a column, or is refused: %j', async (word) => {
    const schema = { [word]: 'varchar', [`${word} `]: 'integer' };
    const { success } = tableSchema.safeParse(schema);
    if (!success) return expect(word).toMatch(/[\n\r\t\ufeff]/);
    expect(await convert(csvSlice('x,7\n', { schema }))).toEqual([['x', 7]]);
    await expect(convert(csvSlice('x,y\n', { schema }))).rejects.toThrow(
      `column ${JSON.stringify(`${word} `)} of x.csv, byte 0 (record 1 of its slice) is "y"`,
    );
  });

  it.each(WORDS)('names a field of a STRUCT, or is refused: %j', async (word) => {
    const type = `struct(${quoted(word)} integer[], "z" struct(${quoted(word)} varchar))`;
    const { success, data } = tableSchema.safeParse({ s: type });
    if (!success) return expect(word).toMatch(/[\n\r\t\ufeff]/);
    const value = { [word]: [1, null], z: { [word]: word } };
    const source = memorySource(Buffer.from(JSON.stringify({ s: value })), 'x.jsonl');
    const column = data![0]!;
    const slice: TableSlice = {
      format: 'jsonl',
      keys: [{ key: 's', type: column.type }],
      sources: [{ column, at: 0 }],
      parts: [{ source, compression: 'none', start: 0 }],
    };
    expect(await convert(slice)).toEqual([[value]]);
  });

  it.each(WORDS.filter((word) => !/^_?[\w\s]*$/.test(word)))('is no type: %j', (word) => {
    const types = [word, `integer${word}x`, `decimal(1,${word})`, `struct(a ${word})`];
    for (const type of types) expect(() => parseType(type), type).toThrow(RequestError);
  });
});

describe('SQL in the place of a type', () => {
  it.each([
    ...['integer); DROP TABLE x; --', 'integer; SELECT 1', 'integer -- x', 'integer /* x */'],
    ...[
      'varchar COLLATE nocase',
      'varchar NOT NULL',
      'varchar DEFAULT 1',
      "enum('a')",
      '"integer"',
    ],
    ...[
      'integer[3]',
      'union(a int)',
      'struct(a int)); --',
      'null',
      'bit',
      'geometry',
      '',
      ' ',
      '$1',
    ],
    ...["'integer'", 'integer AS x', 'x.integer', 'pg_catalog.int4', 'decimal(1e1)', 'decimal(-1)'],
    ...['typeof(1)', '(SELECT 1)', 'struct(a)', 'map(int)', 'integer integer', 'varchar(0x10)'],
  ])('is refused: %j', (type) => {
    expect(() => parseType(type)).toThrow(RequestError);
    expect(tableSchema.safeParse({ a: type }).success).toBe(false);
  });
});

describe('every character', () => {
  const CHARACTERS = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

  it('is a delimiter that is read right, or is refused', async () => {
    const read: string[] = [];
    for (const delimiter of CHARACTERS) {
      const { success, data: csv } = csvFormatSection.safeParse({ delimiter });
      if (!success) continue;
      read.push(delimiter);
      const rows = await convert(csvSlice(`x${delimiter}"y${delimiter}"\n`, { csv }));
      expect(rows, JSON.stringify(delimiter)).toEqual([['x', `y${delimiter}`]]);
    }
    expect(read).toEqual(expect.arrayContaining([',', ';', '|', '\t', '\\', '$', '`', '\u0001']));
  });

  it('is a quote that is read right, or is refused', async () => {
    const read: string[] = [];
    for (const quote of CHARACTERS) {
      const { success, data: csv } = csvFormatSection.safeParse({ quote });
      if (!success) continue;
      read.push(quote);
      const rows = await convert(csvSlice(`x,${quote}y,${quote}${quote}${quote}\n`, { csv }));
      expect(rows, JSON.stringify(quote)).toEqual([['x', `y,${quote}`]]);
    }
    expect(read.join('')).toBe(`"'^\`|~`);
  });
});
