import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { planned } from '#support/tables/convert-table.ts';
import { partitionTable } from '#support/tables/partition-table.ts';

let directory: string;
let engine: Engine;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'partition-files-'));
  engine = await openEngine({ directory, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

const ROWS = 3_000;

/** The skew of the facts: seventy, fifteen, ten and five per cent. */
function dayOf(id: number): string {
  const at = (id * 37) % 100;
  const bounds = [70, 85, 95, 100];
  return `2026-11-0${1 + bounds.findIndex((bound) => at < bound)}`;
}

const LINES = Array.from({ length: ROWS }, (_, id) => `${id},${dayOf(id)},"text\n${id * 7919}"\n`);
const SCHEMA = { id: 'int', day: 'date', note: 'text' };

async function partitioned(name: string, short: ShortTable, sliceBytes: number, target: number) {
  const store = memoryObjectStore({
    's3://b/a.csv': Buffer.from(`id,day,note\n${LINES.slice(0, 1_200).join('')}`),
    's3://b/b.csv': Buffer.from(`id,day,note\n${LINES.slice(1_200).join('')}`),
  });
  const size = { sourceBytes: sliceBytes };
  const table = { schema: SCHEMA, partitionBy: ['day'], size, ...short };
  const plan = await planned(askedTable(table), store);
  const out = join(directory, name);
  return { ...(await partitionTable(plan, { out, targetFileBytes: target })), out, plan };
}

async function idsOf(path: string, column = 'id'): Promise<number[]> {
  const rows = await engine.runSelect({ text: `SELECT ${column} FROM read_parquet('${path}')` });
  return rows.map((row) => Number(row[column]));
}

describe('a partitioned table', { timeout: patience(60_000) }, () => {
  it.each([
    ['one slice', 1e9, 1e9],
    ['many slices', 15_000, 1e9],
    ['many slices and files', 15_000, 2_000],
  ])(
    'has each row in one file of its partition, in the order of the source: %s',
    async (...asked) => {
      const [name, sliceBytes, target] = asked;
      const { files, out, plan } = await partitioned(name, {}, sliceBytes, target);
      expect(plan.chunks.length > 1).toBe(sliceBytes < 1e9);
      const byDay = new Map<string, number[]>();
      for (const { name: file, chunk } of files) {
        const day = chunk.partition[0]!;
        expect(file.startsWith(`day=${day}/chunk-`)).toBe(true);
        const ids = await idsOf(join(out, file));
        expect(ids).toHaveLength(chunk.within.end - chunk.within.start);
        byDay.set(day, [...(byDay.get(day) ?? []), ...ids]);
      }
      const all = Array.from({ length: ROWS }, (_, id) => id);
      for (const [day, ids] of byDay) expect(ids).toEqual(all.filter((id) => dayOf(id) === day));
      expect([...byDay.values()].flat()).toHaveLength(ROWS);
      expect(files.length > 4).toBe(target < 1e9);
    },
  );

  it('is the same bytes in another try', async () => {
    const one = await partitioned('first', {}, 15_000, 2_000);
    const other = await partitioned('again', {}, 15_000, 2_000);
    for (const { name } of one.files) {
      expect(await readFile(join(one.out, name))).toEqual(await readFile(join(other.out, name)));
    }
  });

  it('copies row groups of partitions with many rows, and encodes the others', async () => {
    const all = Array.from({ length: 24_000 }, (_, id) => id);
    const lines = all.map((id) => `${id},${dayOf(id)},"text\n${id * 7919}"\n`);
    const csv = (part: string[]) => Buffer.from(`id,day,note\n${part.join('')}`);
    const store = memoryObjectStore({
      's3://b/a.csv': csv(lines.slice(0, 1_000)),
      's3://b/b.csv': csv(lines.slice(1_000)),
    });
    const size = { sourceBytes: 100_000 };
    const plan = await planned(askedTable({ schema: SCHEMA, partitionBy: ['day'], size }), store);
    const table = { ...plan, layout: { ...plan.layout, rowGroupRows: 2_048 } };
    const out = join(directory, 'copied');
    const { files, objects } = await partitionTable(table, { out, targetFileBytes: 40_000 });
    const mappers = await Promise.all(objects.map((bytes) => readFooter(memorySource(bytes))));
    const whole = mappers.flatMap(({ rowGroups }, at) =>
      rowGroups.map(({ ranges: [range] }) => {
        return objects[at]!.subarray(range!.offset, range!.offset + range!.length);
      }),
    );
    const found: number[] = [];
    let copied = 0;
    for (const { name, chunk } of files) {
      const bytes = await readFile(join(out, name));
      copied += whole.filter((group) => group.length > 5_000 && bytes.includes(group)).length;
      const ids = await idsOf(join(out, name));
      expect(ids).toHaveLength(chunk.within.end - chunk.within.start);
      expect(ids.every((id) => dayOf(id) === chunk.partition[0])).toBe(true);
      found.push(...ids);
      const columns = await engine.describe({
        text: `FROM read_parquet('${join(out, name)}', hive_partitioning = false)`,
      });
      expect(columns.map((column) => column.name)).toEqual(['id', 'note']);
    }
    const sorted = all.toSorted((a, b) => (dayOf(a) < dayOf(b) ? -1 : Number(dayOf(a) > dayOf(b))));
    expect(found).toEqual(sorted);
    expect(copied).toBeGreaterThan(5);
    expect(copied).toBeLessThan(whole.length);
  });

  it('keeps columns whose names are those of the engine or of what is made on the way', async () => {
    const names = 'c0,c1,v0,v1,k0,file_row_number,file_index,filename';
    const lines = Array.from({ length: 50 }, (_, id) => `${id % 3},${id % 2},${id},4,5,6,7,8\n`);
    const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(`${names}\n${lines.join('')}`) });
    const schema = Object.fromEntries(names.split(',').map((name) => [name, 'int']));
    const size = { sourceBytes: 100 };
    const table = askedTable({ schema, partitionBy: ['c1', 'v1', 'c0'], size });
    const out = join(directory, 'names');
    const { files } = await partitionTable(await planned(table, store), {
      out,
      targetFileBytes: 1e9,
    });
    expect(files.map(({ name }) => name)).toEqual(
      [
        '0/v1=4/c0=0',
        '0/v1=4/c0=1',
        '0/v1=4/c0=2',
        '1/v1=4/c0=0',
        '1/v1=4/c0=1',
        '1/v1=4/c0=2',
      ].map((folder, at) => `c1=${folder}/chunk-00000${at}.parquet`),
    );
    const ids = Array.from({ length: 50 }, (_, id) => id);
    for (const { name, chunk } of files) {
      const [c1, , c0] = chunk.partition.map(Number);
      expect(await idsOf(join(out, name), 'v0')).toEqual(
        ids.filter((id) => id % 2 === c1 && id % 3 === c0),
      );
      expect(await idsOf(join(out, name), 'file_index')).toContain(7);
    }
  });

  it('has partitions of values whose order is not that of their texts', async () => {
    const values = ['10', '9', '', '-3', '100'];
    const lines = Array.from({ length: 200 }, (_, id) => `${id},${values[id % 5]}\n`);
    const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(`id,n\n${lines.join('')}`) });
    const schema = { id: 'int', n: 'int' };
    const table = askedTable({ schema, partitionBy: ['n'], size: { sourceBytes: 300 } });
    const out = join(directory, 'ints');
    const { files } = await partitionTable(await planned(table, store), {
      out,
      targetFileBytes: 1e9,
    });
    expect(files.map(({ chunk }) => chunk.partition[0])).toEqual(['-3', '10', '100', '9', null]);
    for (const { name, chunk } of files) {
      const at = values.indexOf(chunk.partition[0] ?? '');
      const ids = Array.from({ length: 40 }, (_, round) => round * 5 + at);
      expect(await idsOf(join(out, name))).toEqual(ids);
    }
  });

  it('counts rejected rows once', async () => {
    const store = memoryObjectStore({
      's3://b/a.csv': Buffer.from(`id,day,note\n${LINES.slice(0, 90).join('')}x,2026-11-01,y\n`),
    });
    const size = { sourceBytes: 500 };
    const asked = { schema: SCHEMA, partitionBy: ['day'], size, onBadRow: 'reject' } as const;
    const plan = await planned(askedTable(asked), store);
    const out = join(directory, 'rejected');
    const { files, rejected } = await partitionTable(plan, { out, targetFileBytes: 1e9 });
    expect(rejected).toHaveLength(1);
    const left = files.flatMap(({ chunk }) => chunk.left ?? []);
    expect(left.reduce((sum, each) => sum + each.rejected, 0)).toBe(1);
  });
});
