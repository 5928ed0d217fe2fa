import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { tableChunkOf } from '#core/tables/run/table-chunk.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { type ConvertedFile, convertedFile } from '#support/tables/convert-table.ts';
import { columnsOf, rowsOf } from '#support/tables/table-content.ts';

/** Converts all objects into one file. */
async function convert(
  objects: Readonly<Record<string, string>>,
  short: ShortTable = {},
  keyValues?: Readonly<Record<string, string>>,
): Promise<ConvertedFile> {
  const schema = { id: 'integer', t: 'timestamp_ms' };
  const asked = askedTable({ schema, byName: true, ...short });
  const bytes = Object.entries(objects).map(
    ([name, text]) => [`s3://b/${name}`, Buffer.from(text)] as const,
  );
  const store = memoryObjectStore(Object.fromEntries(bytes));
  const list = await listTable(asked.source, store);
  const layout = tableLayoutOf(asked, { format: 'csv', schema: asked.schema! });
  const [start, end] = [
    { object: 0, at: 0 },
    { object: list.count, at: 0 },
  ];
  const chunk = tableChunkOf({ index: 0, start, end }, list);
  return await convertedFile({ asked, layout, objects: list, store }, chunk, keyValues);
}

/** Three shapes, and rows that do not fit. */
const SHAPES = {
  '1.csv': 'id,t\n1,2024-01-01 00:00:00.001\nx,\n2,\n',
  '2.csv': 't,id\n,3\n2024-01-01 00:00:00,y\n',
  '3.csv': 't,id\n,4\n',
  '4.csv': 'id\n5\nz\n',
};
const reject = { onBadRow: 'reject' } as const;

describe('convertChunk', () => {
  it('makes one file of objects whose columns differ, in their order', async () => {
    const { bytes, rows, rejected, left } = await convert(SHAPES, reject);
    expect((await rowsOf(bytes)).map((row) => JSON.parse(row)[0])).toEqual([1, 2, 3, 4, 5]);
    expect(rows).toBe(5);
    expect(rejected.map(({ uri, text, byte }) => [uri, text, byte])).toEqual([
      ['s3://b/1.csv', 'x', 31],
      ['s3://b/2.csv', 'y', 8],
      ['s3://b/4.csv', 'z', 5],
    ]);
    expect(left).toEqual([]);
  });

  it('gives the columns the same types, whether shapes are one or several', async () => {
    const several = await columnsOf((await convert(SHAPES, reject)).bytes);
    const one = await columnsOf((await convert({ '3.csv': SHAPES['3.csv'] })).bytes);
    expect(several).toEqual(one);
    expect(await columnsOf((await convert({ '3.csv': 'id,t\n' })).bytes)).toEqual(one);
  });

  it('gives the same bytes again', async () => {
    const [first, second] = [await convert(SHAPES, reject), await convert(SHAPES, reject)];
    expect(first.bytes.equals(second.bytes)).toBe(true);
  });

  it('fails on a value that does not fit, and leaves nothing', async () => {
    await expect(convert(SHAPES)).rejects.toThrow('column "id" of s3://b/1.csv, byte 31');
  });

  it.each<[string, ShortTable, string]>([
    ['a default', { columns: { id: { default: 'none' } } }, 'column "id" of s3://b/1 (by its key'],
    ['a column in a key', { schema: { k: 'int', t: 'text' } }, 'column "k" of s3://b/k=7.5/1'],
  ])('fails by name on %s that its column cannot hold', async (_, short, message) => {
    const name = short.columns ? '1' : 'k=7.5/1';
    const converting = convert({ [name]: 't\n\n' }, short);
    await expect(converting).rejects.toThrow(CorruptSourceError);
    await expect(converting).rejects.toThrow(message);
  });

  it('writes a whole file of no rows in every format', async () => {
    const none = { '1.csv': 'id,t\n', '2.csv': '' };
    const csv = { format: 'csv', compression: 'gzip', header: true, delimiter: ';' } as const;
    const text = await convert(none, { output: csv });
    expect(gunzipSync(text.bytes).toString()).toBe('id;t\n');
    const lines = await convert(none, { output: { format: 'jsonl', compression: 'none' } });
    expect(lines.bytes.toString()).toBe('');
    const parquet = await convert(none);
    expect(await rowsOf(parquet.bytes)).toEqual([]);
    expect([text.rows, lines.rows, parquet.rows]).toEqual([0, 0, 0]);
  });

  it('puts key-value metadata into the footer', async () => {
    const { bytes } = await convert(SHAPES, reject, { 'a key': 'its value', b: '2' });
    const { keyValues } = await readFooter(memorySource(bytes));
    expect([...keyValues]).toEqual([
      ['a key', 'its value'],
      ['b', '2'],
    ]);
  });
});
