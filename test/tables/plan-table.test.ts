import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import {
  BoundExceededError,
  CorruptSourceError,
  RequestError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { patience } from '#support/patience.ts';
import { createRandom } from '#support/seeded-random.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, type PlannedTable, planned } from '#support/tables/convert-table.ts';
import { cutRecords } from '#support/tables/cut-texts.ts';
import {
  type Objects,
  planObjects as plan,
  SCHEMA,
  storeOf,
  tiles,
} from '#support/tables/plan-objects.ts';
import { parquetOf, rowsOf } from '#support/tables/table-content.ts';

/** Records with quoted newlines, and their header. */
function csvOf(records: number, seed: number): string {
  const text = { records, newlineShare: 0.2, padding: 20, seed };
  return `id,note,n\n${[...cutRecords(text)].join('')}`;
}

/** The rows of all files, each of which may be read from any begin. */
async function allRows(table: PlannedTable): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const chunk of table.chunks)
    rows.push(...(await rowsOf((await convertedFile(table, chunk)).bytes)));
  return rows;
}

describe('planTable', { timeout: patience(60_000) }, () => {
  it('cuts texts at records, so that all files together have all rows in order', async () => {
    const objects = {
      '1.csv': csvOf(300, 1),
      '2.csv': '',
      '3.csv': csvOf(700, 2),
      '4.csv': csvOf(9, 3),
    };
    const table = await plan(objects, { size: { sourceBytes: 5_000 } });
    tiles(table);
    expect(table.chunks.length).toBeGreaterThan(5);
    const whole = await plan(objects);
    expect(whole.chunks).toHaveLength(1);
    const rows = await allRows(whole);
    expect(rows).toHaveLength(1009);
    expect(await allRows(table)).toEqual(rows);
    expect(table.predictedRows).toBe(1009);
  });

  it('plans compressed texts whole, and so Parquet its row groups', async () => {
    const texts = Array.from({ length: 6 }, (_, k) => csvOf(100, k));
    const packed = texts.map(
      (text, k) =>
        [
          `${k}.csv${k % 2 ? '.gz' : '.zst'}`,
          k % 2 ? gzipSync(text) : zstdCompressSync(text),
        ] as const,
    );
    const table = await plan(Object.fromEntries(packed), { size: { files: 3 } });
    tiles(table);
    expect(table.chunks.map(({ start }) => start.at)).toEqual([0, 0, 0]);
    const plain = await plan(Object.fromEntries(texts.map((text, k) => [`${k}.csv`, text])));
    expect(await allRows(table)).toEqual(await allRows(plain));
  });

  it('refuses more columns than a writer has memory for', async () => {
    const columns = Array.from({ length: 3_001 }, (_, k) => `${k} AS c${k}`);
    const wide = storeOf({ '1.parquet': await parquetOf(`SELECT ${columns.join(', ')}`) });
    const { schema: _, ...rest } = askedTable();
    const asked = { ...rest, schema: undefined };
    await expect(planned(asked, wide)).rejects.toThrow(
      'the schema of s3://b/1.parquet: has 3001 columns, each field of a struct counted, 1 to 3000',
    );
  });

  it('reads footers of large Parquet objects alone, and takes the schema of the first', async () => {
    const select = 'SELECT range * 7919 AS id, hash(range) AS h, range AS r FROM range(300000)';
    const objects = {
      '1.parquet': await parquetOf(select, 20_480),
      '2.parquet': await parquetOf('SELECT 1::BIGINT AS id, 2::UBIGINT AS h, 3::BIGINT AS r'),
    };
    const { schema: _, ...rest } = askedTable({ size: { files: 4 } });
    const table = await planned({ ...rest, schema: undefined }, storeOf(objects));
    tiles(table);
    expect(table.layout.schema.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'BIGINT'],
      ['h', 'UBIGINT'],
      ['r', 'BIGINT'],
    ]);
    expect(table.layout.first?.names).toEqual(['id', 'h', 'r']);
    expect(table.chunks.slice(1).every(({ start }) => start.object === 0 && start.at > 0)).toBe(
      true,
    );
    const rows = await allRows(table);
    expect(rows).toHaveLength(300_001);
    expect(rows.every((row, k) => JSON.parse(row)[2] === (k < 300_000 ? k : 3))).toBe(true);
  });

  it('predicts the bytes of the output by a sample of a large source', async () => {
    const random = createRandom(5);
    const lines = Array.from(
      { length: 400_000 },
      (_, id) =>
        `${id},${random
          .integer(0, 1e9)
          .toString(36)
          .repeat(1 + (id % 3) * 4)},${random.integer(0, 1e6)}\n`,
    );
    const text = `id,note,n\n${lines.join('')}`;
    const sources: Objects[] = [
      { '1.csv': text, '2.csv': text, '3.csv': text },
      { '1.csv.gz': gzipSync(text, { level: 1 }) },
    ];
    for (const objects of sources) {
      const table = await plan(objects);
      const files = await Promise.all(table.chunks.map((chunk) => convertedFile(table, chunk)));
      const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
      expect(table.predictedBytes / bytes).toBeGreaterThan(0.9);
      expect(table.predictedBytes / bytes).toBeLessThan(1.1);
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      expect(table.predictedRows / rows).toBeCloseTo(1, 1);
    }
  });

  it('reads little of a large text, and plans the same again', async () => {
    const text = Buffer.from(csvOf(400_000, 1).repeat(2).replaceAll('\nid,note,n', ''));
    const store = storeOf({ '1.csv': text });
    const reads: ByteRange[] = [];
    const counting: ObjectStore = {
      ...store,
      open: (pin) => {
        const source = store.open(pin);
        const read: typeof source.read = (range) => {
          reads.push(range);
          return source.read(range);
        };
        return { ...source, read };
      },
    };
    const asked = askedTable({ schema: SCHEMA, size: { files: 5 } });
    const table = await planned(asked, counting);
    const bytes = reads.reduce((sum, { length }) => sum + length, 0);
    expect(text.length).toBeGreaterThan(20 * 1024 ** 2);
    expect(bytes).toBeLessThan(17 * 1024 ** 2 + 30 * 64 * 1024);
    expect(table.chunks).toHaveLength(5);
    const { store: _, asked: __, objects: ___, ...first } = table;
    expect(await planned(asked, store)).toMatchObject(first);
  });

  it('makes row groups of wide rows short', async () => {
    const row = (id: number) => `${id},${'x'.repeat(40_000)}${id},1\n`;
    const text = `id,note,n\n${Array.from({ length: 100 }, (_, id) => row(id)).join('')}`;
    const { layout } = await plan({ '1.csv': text });
    expect(layout.rowGroupRows).toBe(Math.floor((128 * 1024 ** 2) / (40_001.9 + 32)));
    expect((await plan({ '1.csv': 'id,note,n\n' })).layout.rowGroupRows).toBe(122_880);
  });

  it('takes 1,500 columns of texts', async () => {
    const names = Array.from({ length: 1500 }, (_, k) => `c${k}`);
    const rows = Array.from({ length: 3 }, (_, row) => names.map((name) => `${name}-${row}`));
    const text = [names, ...rows].map((fields) => `${fields.join(',')}\n`).join('');
    const schema = Object.fromEntries(names.map((name) => [name, 'varchar']));
    const table = await plan({ '1.csv': text }, { schema });
    expect(await allRows(table)).toEqual(rows.map((row) => JSON.stringify(row)));
  });

  it('warns of rejected rows and of files that are too large', async () => {
    const bad = { '1.csv': 'id,note,n\n1,a,x\n2,b,3\n' };
    const { warnings } = await plan(bad, { onBadRow: 'reject' });
    expect(warnings).toEqual(['1 of 2 sampled rows are rejected']);
    await expect(plan(bad)).rejects.toThrow(CorruptSourceError);
    await expect(plan(bad)).rejects.toThrow('column "n" of s3://b/1.csv, byte 10');
  });

  it('keeps the names of a header alone', async () => {
    const bare = await plan({ '1.csv': '1,x,2\n' }, { csv: { header: false } });
    expect(bare.layout.first).toBeUndefined();
    expect(await allRows(bare)).toEqual(['[1,"x",2]']);
    const { layout } = await plan({ '1.csv': '', '2.csv': 'id,note,n\n' });
    expect(layout.first).toEqual({ uri: 's3://b/2.csv', names: ['id', 'note', 'n'] });
  });

  it('plans one file of a table without rows', async () => {
    const table = await plan({ '1.csv': '', '2.csv': '' });
    expect(table).toMatchObject({ ratio: 1, predictedBytes: 0, predictedRows: 0 });
    tiles(table);
    expect(await allRows(table)).toEqual([]);
    expect(await allRows(await plan({ '1.csv': 'id,note,n\n' }))).toEqual([]);
  });

  it('finds by their content whether texts without an end in their names are compressed', async () => {
    const text = csvOf(3_000, 1);
    const size = { size: { sourceBytes: 20_000 } };
    expect((await plan({ '1': text }, size)).chunks.length).toBeGreaterThan(3);
    const packed = gzipSync(text, { level: 0 });
    expect(packed.length).toBeGreaterThan(64 * 1024);
    expect((await plan({ '1': packed }, size)).chunks).toHaveLength(1);
  });

  it.each<[string, Objects, ShortTable, string]>([
    ['no schema', { '1.csv': 'a\n1\n' }, {}, 'a table of csv has no types of its own'],
    ['no schema and no bytes', { '1.csv': '' }, {}, 'all objects of the table are empty'],
    [
      'a column that is not there',
      { '1.csv': 'a\n1\n' },
      { schema: { b: 'int' } },
      's3://b/1.csv has no column "b"',
    ],
    [
      'nested values in CSV',
      { '1.jsonl': '{}' },
      {
        schema: { b: 'int[]' },
        output: { format: 'csv', compression: 'none', header: true, delimiter: ',' },
      },
      'column "b" is nested',
    ],
    [
      'a section that names another column',
      { '1.csv': 'a\n1\n' },
      { schema: { a: 'int' }, columns: { z: { from: ['a'] } } },
      'columns names "z"',
    ],
  ])('fails on %s', async (_, objects, short, message) => {
    const { schema: none, ...rest } = askedTable(short);
    const planning = planned({ ...rest, schema: none }, storeOf(objects));
    await expect(planning).rejects.toThrow(RequestError);
    await expect(planning).rejects.toThrow(message);
  });

  it('fails where no place of a text is clearly a record', async () => {
    const text = `id,note,n\n${'1001,plain\n'.repeat(4_000_000)}`;
    const planning = plan({ '1.csv': text }, { size: { files: 2 }, csv: { quote: '' } });
    await expect(planning).rejects.toThrow(UnsupportedSourceError);
    await expect(planning).rejects.toThrow('no place is clearly the begin of a record of 3');
    const lines = plan({ '1.jsonl': `{"id":"${'x'.repeat(20_000_000)}"}\n` });
    await expect(lines).rejects.toThrow(BoundExceededError);
    await expect(lines).rejects.toThrow('has more than 4 MiB without a line feed behind byte');
  });
});
