import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, planned } from '#support/tables/convert-table.ts';
import { columnsOf, rowsOf } from '#support/tables/table-content.ts';
import { withEngine } from '#support/tables/with-engine.ts';
import { lookAtRows } from '#tables/look-at-rows.ts';
import { partitionsInKeys } from '#tables/partitions-in-keys.ts';

const SCHEMA = { id: 'int', day: 'date' };

/** The partitions of objects by their keys below `s3://b/`; each has one row of CSV. */
async function partitionsOf(keys: readonly string[], short: ShortTable = {}, text = 'id\n1\n') {
  const bytes = keys.map((key) => [`s3://b/${key}`, Buffer.from(text)] as const);
  const store = memoryObjectStore(Object.fromEntries(bytes));
  const { uris = ['s3://b/'], ...others } = short;
  const asked = askedTable({ schema: SCHEMA, partitionBy: ['day'], uris, ...others });
  const objects = await listTable(asked.source, store);
  return await withEngine(async (engine) => {
    const layout = await lookAtRows(asked, objects, { store, engine });
    const table = { layout, objects, partitionBy: asked.partitionBy! };
    return await partitionsInKeys(table, { engine });
  });
}

const folders = (found: Awaited<ReturnType<typeof partitionsOf>>) =>
  found?.map(({ folder, start, end }) => `${folder} ${start} ${end}`);

const DAYS = ['day=2026-11-28/a.csv', 'day=2026-11-28/b.csv', 'day=2026-11-29/a.csv'];

describe('partitionsInKeys', () => {
  it('finds them where folders alone say their values', async () => {
    const keys = [...DAYS, 'day=__HIVE_DEFAULT_PARTITION__/a.csv'];
    expect(folders(await partitionsOf(keys))).toEqual([
      'day=2026-11-28/ 0 2',
      'day=2026-11-29/ 2 3',
      'day=__HIVE_DEFAULT_PARTITION__/ 3 4',
    ]);
  });

  it('takes different spellings of a value for one partition', async () => {
    const keys = ['day=2026-11-28/a.csv', 'day=2026-11-28 00%3A00%3A00/a.csv'];
    const uris = keys.map((key) => `s3://b/${key}`);
    expect(folders(await partitionsOf(keys, { uris }))).toEqual(['day=2026-11-28/ 0 2']);
  });

  it('finds columns that are named otherwise, and what stands in for NULL', async () => {
    const columns = { day: { from: ['dt'], default: '2026-01-01' } };
    const keys = ['dt=__HIVE_DEFAULT_PARTITION__/a.csv', 'dt=2026-11-28/a.csv'];
    const uris = keys.map((key) => `s3://b/${key}`);
    const found = await partitionsOf(keys, { columns, uris });
    expect(folders(found)).toEqual(['day=2026-01-01/ 0 1', 'day=2026-11-28/ 1 2']);
  });

  it('reads one level of several where its folders are the first', async () => {
    const schema = { id: 'int', day: 'date', hour: 'int' };
    const keys = ['day=2026-11-28/hour=1/a.csv', 'day=2026-11-28/hour=2/a.csv'];
    expect(folders(await partitionsOf(keys, { schema }))).toEqual(['day=2026-11-28/ 0 2']);
    const more = [...keys, 'day=2026-11-29/hour=1/a.csv'];
    expect(await partitionsOf(more, { schema, partitionBy: ['hour'] })).toBeUndefined();
  });

  it.each([
    ['a transform makes the columns', { sql: 'select * from input' }, 'id\n1\n'],
    ['objects are read by name', { byName: true }, 'id\n1\n'],
    ['objects have the column themselves', {}, 'id,day\n1,2026-11-30\n'],
    ['another column is meant', { partitionBy: ['id'] }, 'id\n1\n'],
  ])('finds none where %s', async (_, short, text) => {
    expect(await partitionsOf(DAYS, short, text)).toBeUndefined();
  });

  it('finds none where a folder is no value of its column', async () => {
    expect(await partitionsOf([...DAYS, 'day=monday/a.csv'])).toBeUndefined();
  });
});

describe('a file of a partition in keys', () => {
  const JSON_LINES = {
    's3://b/day=2026-11-28/a.jsonl': '{"id":1}\n{"id":2,"day":"2026-11-28"}\n',
    's3://b/day=2026-11-28/hour=1/b.jsonl': '{"id":3}\n',
  };

  async function files(texts: Readonly<Record<string, string>>, more: ShortTable = {}) {
    const bytes = Object.entries(texts).map(([uri, text]) => [uri, Buffer.from(text)] as const);
    const store = memoryObjectStore(Object.fromEntries(bytes));
    const asked = askedTable({ schema: SCHEMA, partitionBy: ['day'], ...more });
    const objects = await listTable(asked.source, store);
    const partitions = [
      { folder: '', partition: ['2026-11-28'], start: 0, end: objects.count },
    ] as const;
    const size = { targetFileBytes: 16 * 1024 ** 2, partitions };
    const plan = await planned({ ...asked, size }, store);
    return await Promise.all(plan.chunks.map((chunk) => convertedFile(plan, chunk)));
  }

  it('has all columns but those of partitions, of one slice and of several', async () => {
    const [first, second] = Object.entries(JSON_LINES);
    const one = await files(Object.fromEntries([first!]));
    expect(one).toHaveLength(1);
    expect(await rowsOf(one[0]!.bytes)).toEqual(['[1]', '[2]']);
    const uri = second![0].replace('/hour=1', '');
    const two = await files(Object.fromEntries([first!, [uri, second![1]]]));
    expect(await rowsOf(two[0]!.bytes)).toEqual(['[1]', '[2]', '[3]']);
    expect(await columnsOf(two[0]!.bytes)).toEqual(await columnsOf(one[0]!.bytes));
  });

  it('fails where a row says another value than its folder', async () => {
    const uri = 's3://b/day=2026-11-28/a.jsonl';
    const other = files({ [uri]: '{"id":1}\n{"id":2,"day":"2026-11-29"}\n' });
    await expect(other).rejects.toThrow(CorruptSourceError);
    await expect(other).rejects.toThrow(
      `a row of ${uri} has "2026-11-29" in the columns of output.partitionBy`,
    );
  });

  it('fails so where rows are rejected, too', async () => {
    const uri = 's3://b/day=2026-11-28/a.jsonl';
    const text = '{"id":"x"}\n{"id":2,"day":"2026-11-29"}\n';
    await expect(files({ [uri]: text }, { onBadRow: 'reject' })).rejects.toThrow(
      'SELECT * FROM input',
    );
  });
});
