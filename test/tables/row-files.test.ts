import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { type ConvertedFile, convertedFile, planned } from '#support/tables/convert-table.ts';
import { cutRecords } from '#support/tables/cut-texts.ts';
import { type Objects, planObjects, SCHEMA, storeOf } from '#support/tables/plan-objects.ts';
import { parquetOf, rowsOf } from '#support/tables/table-content.ts';

function plan(objects: Objects, size: ShortTable['size'], short: ShortTable = {}) {
  return planObjects(objects, { ...short, ...(size && { size }) });
}

function csvOf(records: number, seed: number): string {
  const text = { records, newlineShare: 0.2, padding: 20, seed };
  return `id,note,n\n${[...cutRecords(text)].join('')}`;
}

function linesOf(records: number, seed: number): string {
  const line = (id: number) => `{"id":${id},"note":"s${seed}","n":${id % 7}}`;
  const ends = ['\n', '\r\n', '\n\n', '\n  \t', ' \n\r\n '];
  const lines = Array.from({ length: records }, (_, id) => line(id) + ends[(id * seed) % 5]!);
  return `\uFEFF\n ${lines.join('')}`;
}

interface Planned {
  readonly chunks: Awaited<ReturnType<typeof plan>>['chunks'];
  readonly files: readonly ConvertedFile[];
  readonly rows: readonly string[];
}

async function converted(
  objects: Objects,
  size: ShortTable['size'],
  short: ShortTable = {},
): Promise<Planned> {
  const table = await plan(objects, size, short);
  const files: ConvertedFile[] = [];
  const rows: string[] = [];
  for (const chunk of table.chunks) {
    const file = await convertedFile(table, chunk);
    files.push(file);
    rows.push(...(await rowsOf(file.bytes)));
  }
  for (const [index, { start }] of table.chunks.slice(1).entries()) {
    expect(start).toEqual(table.chunks[index]!.end);
  }
  expect(table.chunks[0]!.start).toEqual({ object: 0, at: 0 });
  expect(table.chunks.at(-1)!.end).toEqual({ object: table.objects.count, at: 0 });
  if ('rows' in table.asked.size) expect(table.predictedRows).toBe(rows.length);
  return { chunks: table.chunks, files, rows };
}

/** Every file but the last has so many rows, and together they are what one file has. */
async function isCutEvery(objects: Objects, rows: number, short: ShortTable = {}) {
  const cut = await converted(objects, { rows }, short);
  const whole = await converted(objects, undefined, short);
  const all = whole.rows.length;
  const counts = cut.files.map((file) => file.rows);
  const full = Array<number>(Math.floor(all / rows)).fill(rows);
  expect(counts).toEqual(all % rows === 0 ? full : [...full, all % rows]);
  expect(cut.rows).toEqual(whole.rows);
  return cut;
}

const packings = [
  ['as they are', '', (text: string) => text],
  ['as gzip', '.gz', gzipSync],
  ['as zstd', '.zst', zstdCompressSync],
] as const;

describe('files of exactly so many rows', { timeout: patience(60_000) }, () => {
  it.each(packings)('are cut of CSV with quoted newlines, %s', async (_, end, pack) => {
    const objects = {
      [`1.csv${end}`]: pack(csvOf(40, 1)),
      [`2.csv${end}`]: pack('id,note,n\n'),
      [`3.csv${end}`]: pack(csvOf(33, 2)),
      [`4.csv${end}`]: pack(csvOf(7, 3).trimEnd()),
    };
    await isCutEvery(objects, 11);
    const { chunks } = await isCutEvery(objects, 40);
    // The second file begins with an object, whose header it has.
    expect(chunks.map(({ start }) => start)).toEqual([
      { object: 0, at: 0 },
      { object: 2, at: 0 },
    ]);
    await isCutEvery(objects, 80);
  });

  it.each(packings)(
    'are cut of JSON lines with blanks and blank lines, %s',
    async (_, end, pack) => {
      const objects = Object.fromEntries(
        [7, 1, 10].map((records, k) => [`${k}.jsonl${end}`, pack(linesOf(records, k + 1))]),
      );
      await isCutEvery(objects, 4);
      await isCutEvery(objects, 1);
    },
  );

  it('are cut of Parquet within row groups, of one file or over several', async () => {
    const select = (from: number, to: number) =>
      `SELECT range AS id, 'r' || range AS note, range % 9 AS n FROM range(${from}, ${to})`;
    const objects = {
      '1.parquet': await parquetOf(select(0, 10_000), 2048),
      '2.parquet': await parquetOf(select(10_000, 10_000)),
      '3.parquet': await parquetOf(select(10_000, 13_000), 2048),
    };
    const { chunks } = await isCutEvery(objects, 1300);
    expect(chunks[2]!.start).toEqual({ object: 0, at: 1, row: 2 * 1300 - 2048 });
    expect(chunks[0]!.end).toEqual({ object: 0, at: 0, row: 1300 });
    await isCutEvery(objects, 4096);
    await isCutEvery(objects, 5000);
    const others = { ...objects, '0.parquet': await parquetOf('SELECT 1::SMALLINT AS id, 2 AS n') };
    await isCutEvery(others, 2500, { byName: true });
  });

  it('count rejected rows, and say where these lie', async () => {
    const csv = 'id,note,n\n1,a,1\nx,a,1\n3,a,1\n4,a,y\n5,a,1\n';
    const text = await converted(
      { '1.csv.gz': gzipSync(csv) },
      { rows: 2 },
      { onBadRow: 'reject' },
    );
    expect(text.files.map(({ rows }) => rows)).toEqual([1, 1, 1]);
    expect(text.files.map(({ rejected }) => rejected.map(({ byte }) => byte))).toEqual([
      [16],
      [28],
      [],
    ]);
    const select = `SELECT CASE range % 1000 WHEN 999 THEN 'x' || range ELSE range::VARCHAR END AS id,
      '' AS note, 1 AS n FROM range(6000)`;
    const objects = { '1.parquet': await parquetOf(select, 2048) };
    const { files } = await converted(objects, { rows: 2500 }, { onBadRow: 'reject' });
    expect(files.map(({ rows }) => rows)).toEqual([2498, 2497, 999]);
    expect(files.flatMap(({ rejected }) => rejected.map(({ row }) => row))).toEqual([
      999, 1999, 2999, 3999, 4999, 5999,
    ]);
  });

  it('are one where there are no rows', async () => {
    const { chunks } = await converted({ '1.csv': '', '2.csv': 'id,note,n\n' }, { rows: 10 });
    expect(chunks).toHaveLength(1);
  });

  it('are refused where the table is not sound', async () => {
    const bad = plan({ '1.csv': `${csvOf(3, 1)}1,"a` }, { rows: 2 });
    await expect(bad).rejects.toThrow(CorruptSourceError);
    const packed = gzipSync(csvOf(30_000, 1));
    const cut = plan({ '1.csv.gz': packed.subarray(0, -100) }, { rows: 20 });
    await expect(cut).rejects.toThrow(CorruptSourceError);
  });

  it('are refused where they are too many', async () => {
    const many = plan({ '1.csv': `id,note,n\n${'1,a,1\n'.repeat(100_001)}` }, { rows: 1 });
    await expect(many).rejects.toThrow(BoundExceededError);
    await expect(many).rejects.toThrow('more than 100000 files; give larger chunking.rows');
  });

  it('are refused where counting would take too long, before it begins', async () => {
    const store = storeOf({ '1.csv': csvOf(100, 1) });
    const large: ObjectStore = {
      ...store,
      pin: async (uri, versionId) => ({ ...(await store.pin(uri, versionId)), size: 33e9 }),
      async *list(folder) {
        for await (const object of store.list(folder)) yield { ...object, size: 33e9 };
      },
      open: (pin) => ({ ...store.open({ ...pin, size: csvOf(100, 1).length }) }),
    };
    const planning = planned(askedTable({ schema: SCHEMA, size: { rows: 10 } }), large);
    await expect(planning).rejects.toThrow(BoundExceededError);
    await expect(planning).rejects.toThrow(
      'at most 32000000000 bytes are allowed, the table has 33000000000 or more; give output.targetFileBytes',
    );
  });
});
