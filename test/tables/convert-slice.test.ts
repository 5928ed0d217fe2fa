import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { type ConvertOptions, convertSlice } from '#tables/convert-slice.ts';
import type { TableSlice, TextPart } from '#tables/table-slice.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convert-slice-'));
});
afterAll(() => rm(root, { recursive: true }));

function part(text: string, uri: string, start = 0, end?: number): TextPart {
  const source = memorySource(Buffer.from(text), uri);
  return { source, compression: 'none', start, ...(end !== undefined && { end }) };
}

function columnsOf(schema: Readonly<Record<string, string>>) {
  return Object.entries(schema).map(([name, type], at) => ({
    column: { name, type: parseType(type), lossy: false },
    at,
  }));
}

function csvSlice(schema: Readonly<Record<string, string>>, ...parts: TextPart[]): TableSlice {
  const sources = columnsOf(schema);
  const csv = csvFormatSection.parse({});
  return { format: 'csv', csv, fields: sources.length, parts, sources };
}

function jsonlSlice(schema: Readonly<Record<string, string>>, ...parts: TextPart[]): TableSlice {
  const sources = columnsOf(schema);
  const keys = sources.map(({ column: { name, type } }) => ({ key: name, type }));
  return { format: 'jsonl', keys, parts, sources };
}

async function convert(
  slice: TableSlice,
  { memoryBytes = 300e6, onBadRow = 'fail' as ConvertOptions['onBadRow'], columns = '*' } = {},
) {
  count += 1;
  const directory = join(root, String(count));
  const engine = await openEngine({ directory, memoryBytes });
  try {
    const path = join(directory, 'out.parquet');
    const file = { path, format: 'parquet', compression: 'zstd', rowGroupRows: 2_048 } as const;
    const written = await convertSlice(slice, { engine, directory, file, onBadRow });
    const rows = await engine.runSelect({ text: `SELECT ${columns} FROM read_parquet('${path}')` });
    return {
      ...written,
      content: rows.map((row) => Object.values(row)),
      file: await readFile(path),
    };
  } finally {
    engine.close();
  }
}

const SCHEMA = { id: 'integer', note: 'varchar' };

describe('convertSlice', () => {
  it('reads the parts of a text in their order', async () => {
    const first = part('id,note\n1,"a\nb"\n2,c', 's3://b/1.csv', 8);
    const second = part('id,note\n3,d\n4,\n', 's3://b/2.csv', 8, 12);
    const { rows, content, rejected } = await convert(csvSlice(SCHEMA, first, second));
    expect(content).toEqual([
      [1, 'a\nb'],
      [2, 'c'],
      [3, 'd'],
    ]);
    expect({ rows, rejected }).toEqual({ rows: 3, rejected: [] });
  });

  it('keeps a character at the begin of a slice that would be a byte order mark', async () => {
    const text = `x,y\n\uFEFFa,b\n`;
    const slice = csvSlice({ x: 'varchar', y: 'varchar' }, part(text, 's3://b/1.csv', 4));
    // Node's binding takes the mark off a text that it returns, so only its number is asked for.
    expect((await convert(slice, { columns: 'unicode(x), y' })).content).toEqual([[0xfeff, 'b']]);
  });

  it('gives the same bytes with any memory', async () => {
    const lines = Array.from({ length: 20_000 }, (_, id) => `${id},"${'x'.repeat(id % 50)}"\n`);
    const slice = csvSlice(SCHEMA, part(lines.join(''), 's3://b/1.csv'));
    const [small, large] = [await convert(slice), await convert(slice, { memoryBytes: 2e9 })];
    expect(small.file.equals(large.file)).toBe(true);
    expect(small.rows).toBe(20_000);
  });

  it.each([
    ['CSV', csvSlice(SCHEMA, part('1,a\n', 's3://b/1'), part('2,b\n3.7,c\n', 's3://b/2')), 4],
    [
      'JSON',
      jsonlSlice(
        SCHEMA,
        part('{"id":1}\n', 's3://b/1'),
        part('{"id":2}\n\n{"id":3.7}\n', 's3://b/2'),
      ),
      10,
    ],
  ])('names object, byte, column and value of what does not fit: %s', async (_, slice, byte) => {
    const converting = convert(slice);
    await expect(converting).rejects.toThrow(CorruptSourceError);
    await expect(converting).rejects.toThrow(
      new RegExp(
        `^column "id" of s3://b/2, byte ${byte} \\(\\w+ 2 of its slice\\) is "3.7", which`,
      ),
    );
  });

  it('leaves out the rows that do not fit, and says which, where they are rejected', async () => {
    const slice = csvSlice(
      { id: 'integer', day: 'date' },
      part('1,2024-01-01\nx,y\n', 's3://b/1'),
      part('2,2024-02-30\n3,\n', 's3://b/2'),
    );
    const { content, rejected } = await convert(slice, { onBadRow: 'reject' });
    expect(content.map(([id]) => id)).toEqual([1, 3]);
    expect(rejected).toEqual([
      { uri: 's3://b/1', byte: 13, row: 1, column: 'id', text: 'x' },
      { uri: 's3://b/2', byte: 0, row: 0, column: 'day', text: '2024-02-30' },
    ]);
  });

  it('keeps a byte order mark at the begin of a bad value', async () => {
    const slice = csvSlice({ id: 'integer' }, part('1\n\ufeff2\n', 's3://b/1', 0));
    const { rejected } = await convert(slice, { onBadRow: 'reject' });
    expect(rejected).toMatchObject([{ byte: 2, row: 1, text: '\ufeff2' }]);
  });

  it('fails where a slice does not begin or end at a record', async () => {
    const text = '1,"a,\n2,b"\n3,c\n';
    const cut = csvSlice(SCHEMA, part(text, 's3://b/1', 6, 11));
    await expect(convert(cut)).rejects.toThrow(CorruptSourceError);
  });
});
