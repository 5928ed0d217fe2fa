import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { planned } from '#support/tables/convert-table.ts';
import { keepKeysWhole } from '#support/tables/whole-keys-table.ts';

let directory: string;
let engine: Engine;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'whole-keys-'));
  engine = await openEngine({ directory, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

const ROWS = 3_000;
const KEYS = 40;

/** Zip codes as numbers: 9 comes before 10. Every thirteenth row has none. */
function zipOf(id: number): number | null {
  return id % 13 === 0 ? null : (id * id) % KEYS;
}

const LINES = Array.from(
  { length: ROWS },
  (_, id) => `${id},${zipOf(id) ?? ''},"text\n${(id * 7919) % 100_003}"\n`,
);
const SCHEMA = { id: 'int', zip: 'int', note: 'text' };

/** Keys in their order, NULL last, with the rows of each in the order of the source. */
function expectedRows(): readonly (readonly [number | null, number])[] {
  const rows = Array.from({ length: ROWS }, (_, id) => [zipOf(id), id] as const);
  const rank = (zip: number | null) => zip ?? Number.POSITIVE_INFINITY;
  return rows.sort(([a, x], [b, y]) => (rank(a) === rank(b) ? x - y : rank(a) - rank(b)));
}

async function whole(
  name: string,
  short: ShortTable,
  sizes: { sliceBytes: number; targetFileBytes: number; mostBytes?: number },
) {
  const store = memoryObjectStore({
    's3://b/a.csv': Buffer.from(`id,zip,note\n${LINES.slice(0, 1_200).join('')}`),
    's3://b/b.csv': Buffer.from(`id,zip,note\n${LINES.slice(1_200).join('')}`),
  });
  const { sliceBytes, ...packed } = sizes;
  const size = { sourceBytes: sliceBytes };
  const table = { schema: SCHEMA, keysWhole: ['zip'], size, ...short };
  const plan = await planned(askedTable(table), store);
  const out = join(directory, name);
  return { ...(await keepKeysWhole(plan, { out, ...packed })), out, plan };
}

async function rowsOf(path: string) {
  return await engine.runSelect({ text: `SELECT * FROM read_parquet('${path}')` });
}

describe('a table whose keys are whole', { timeout: patience(60_000) }, () => {
  it.each([
    ['one slice', 1e9, 1e9],
    ['many slices', 15_000, 1e9],
    ['many slices and files', 15_000, 2_000],
  ])(
    'has each key in one file, in the order of the keys and then of the source: %s',
    async (name, sliceBytes, targetFileBytes) => {
      const { files, out, plan, counted } = await whole(name, {}, { sliceBytes, targetFileBytes });
      expect(plan.chunks.length > 1).toBe(sliceBytes < 1e9);
      expect(files.length > 4).toBe(targetFileBytes < 1e9);
      const all: [number | null, number][] = [];
      const owners = new Map<string, number>();
      for (const { name: file, chunk } of files) {
        const rows = await rowsOf(join(out, file));
        expect(Object.keys(rows[0]!)).toEqual(['id', 'zip', 'note']);
        const zips = rows.map(({ zip }) => (zip === null ? null : String(zip)));
        expect(chunk.within).toEqual({ start: all.length, end: all.length + rows.length });
        expect(chunk.keys).toEqual({
          ...{ first: [zips[0]], last: [zips.at(-1)] },
          keys: new Set(zips).size,
        });
        for (const zip of new Set(zips)) {
          expect(owners.has(String(zip))).toBe(false);
          owners.set(String(zip), chunk.index);
        }
        for (const { zip, id, note } of rows) {
          expect(note).toBe(`text\n${(Number(id) * 7919) % 100_003}`);
          all.push([zip === null ? null : Number(zip), Number(id)]);
        }
      }
      expect(all).toEqual(expectedRows());
      expect(counted).toMatchObject({ keys: owners.size, rows: ROWS });
      expect(counted.largest).toEqual({
        key: ['1'],
        rows: all.filter(([zip]) => zip === 1).length,
      });
    },
  );

  it('is the same bytes in another try, and sizes are as planned', async () => {
    const sizes = { sliceBytes: 15_000, targetFileBytes: 6_000 };
    const one = await whole('first', {}, sizes);
    const other = await whole('again', {}, sizes);
    expect(one.files.length).toBeGreaterThan(2);
    for (const { name, predictedBytes, chunk } of one.files) {
      expect(await readFile(join(one.out, name))).toEqual(await readFile(join(other.out, name)));
      if (chunk.keys!.keys > 1) expect(predictedBytes).toBeLessThanOrEqual(1.25 * 6_000);
    }
  });

  it('lets the largest key through that there is room for, and refuses the next larger', async () => {
    const byKey = Map.groupBy(expectedRows(), ([zip]) => zip);
    const sizesOf = [...byKey].map(([zip, own]) => {
      const notes = own.map(([, id]) => `text\n${(id * 7919) % 100_003}`.length);
      const bytes = notes.reduce((sum, length) => sum + 8 + 8 + 16 + length, 0);
      return { zip, rows: own.length, bytes };
    });
    const largest = sizesOf.reduce((most, own) => (own.bytes > most.bytes ? own : most));
    const { zip, rows, bytes } = largest;
    const short = { onBadRow: 'fail' } as const;
    const sizes = { sliceBytes: 20_000, targetFileBytes: 1e9 };
    const { files } = await whole('room', short, { ...sizes, mostBytes: bytes });
    expect(files.length).toBeGreaterThan(5);
    await expect(whole('none', short, { ...sizes, mostBytes: bytes - 1 })).rejects.toThrow(
      `key ["${zip}"] of chunking.keysWhole has ${rows} rows of ${bytes} bytes of values, at most ${bytes - 1} are allowed, as a writer holds a key whole; name one more column in chunking.keysWhole`,
    );
  });

  it('warns of keys that alone are larger than a file, by name', async () => {
    const sizes = { sliceBytes: 20_000, targetFileBytes: 200 };
    const { warnings, files } = await whole('large', {}, sizes);
    const alone = files.filter(({ predictedBytes }) => predictedBytes > 250);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('than 1.25 times the 200 bytes of output.targetFileBytes: ["');
    const names = alone.slice(0, 5).map(({ chunk, predictedBytes }) => {
      return `${JSON.stringify(chunk.keys!.first)} of ${predictedBytes} bytes`;
    });
    expect(warnings[0]).toContain(`${names.join(', ')}, and ${alone.length - 5} more`);
  });

  it.each([
    ['decimal(4,1)', ['-10.5', '-9.0', '0.0', '9.9', '10.0']],
    ['date', ['0001-01-01', '2024-02-29', '2024-03-01', '9999-12-31']],
    ['boolean', ['false', 'true']],
    ['uuid', ['0f000000-0000-0000-0000-000000000000', 'f0000000-0000-0000-0000-000000000000']],
    ['timestamp', ['1999-12-31 23:59:59', '2024-01-02 03:04:05.000006']],
    ['timestamp_ms', ['1999-12-31 23:59:59', '2024-01-02 03:04:05.678']],
    ['timestamptz', ['1999-12-31 23:59:59+00', '2024-01-02 03:04:05+00']],
    ['time', ['00:00:00', '23:59:59.999999']],
    ['utinyint', ['2', '10', '255']],
    ['text', ['', 'B', 'a', 'é', '\uffff', '\u{1f600}']],
  ])('sorts keys of %s as the engine does, and NULL behind all', async (type, values) => {
    const quoted = values.map((value) => `"${value}"`);
    const lines = [...quoted.toReversed(), '', ...quoted].map((value, id) => `${id},${value}\n`);
    const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(`id,k\n${lines.join('')}`) });
    const size = { sourceBytes: 60 };
    const table = askedTable({ schema: { id: 'int', k: type }, keysWhole: ['k'], size });
    const out = join(directory, type.replaceAll(/\W/g, ''));
    const plan = await planned(table, store);
    const { files } = await keepKeysWhole(plan, { out, targetFileBytes: 1 });
    expect(files.map(({ chunk }) => chunk.keys)).toEqual(
      [...values, null].map((value) => ({ first: [value], last: [value], keys: 1 })),
    );
    const last = values.length;
    for (const [at, { name }] of files.entries()) {
      const ids = (await rowsOf(join(out, name))).map(({ id }) => Number(id));
      expect(ids).toEqual(at === last ? [last] : [last - 1 - at, last + 1 + at]);
    }
  });

  it('takes several columns as one key, whatever they are called', async () => {
    const names = 'c0,k0,k1,rows,start,ord,file_row_number,file_index,vals';
    const lines = Array.from({ length: 60 }, (_, id) => `${id % 3},${id % 2},${id},4,5,6,7,8,9\n`);
    const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(`${names}\n${lines.join('')}`) });
    const schema = Object.fromEntries(names.split(',').map((name) => [name, 'int']));
    const size = { sourceBytes: 100 };
    const table = askedTable({ schema, keysWhole: ['k0', 'file_index', 'c0'], size });
    const out = join(directory, 'names');
    const { files } = await keepKeysWhole(await planned(table, store), { out, targetFileBytes: 1 });
    const keys = [0, 1].flatMap((k0) => [0, 1, 2].map((c0) => [`${k0}`, '8', `${c0}`]));
    expect(files.map(({ chunk }) => chunk.keys?.first)).toEqual(keys);
    for (const [at, { name }] of files.entries()) {
      const [k0, , c0] = keys[at]!.map(Number);
      const all = Array.from({ length: 60 }, (_, id) => id);
      const rows = await rowsOf(join(out, name));
      expect(rows.map(({ k1 }) => Number(k1))).toEqual(
        all.filter((id) => id % 2 === k0 && id % 3 === c0),
      );
      expect(Object.keys(rows[0]!)).toEqual(names.split(','));
    }
  });

  it('refuses a key that is too long', async () => {
    const csv = `id,zip\n1,${'x'.repeat(1_000)}\n2,${'y'.repeat(1_001)}\n`;
    const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(csv) });
    const plan = await planned(
      askedTable({ schema: { id: 'int', zip: 'text' }, keysWhole: ['zip'] }),
      store,
    );
    await expect(
      keepKeysWhole(plan, { out: join(directory, 'long'), targetFileBytes: 1e9 }),
    ).rejects.toThrow(
      'column "zip" of chunking.keysWhole holds a value of 1001 bytes, at most 1000 are allowed',
    );
  });

  it('transforms rows once their keys are whole, and needs no column of the key then', async () => {
    const sql = 'select id * 2 as twice from input where zip > 3';
    const sizes = { sliceBytes: 20_000, targetFileBytes: 3_000 };
    const { files, out } = await whole('sql', { sql }, sizes);
    const all: number[] = [];
    for (const { name } of files) {
      all.push(...(await rowsOf(join(out, name))).map(({ twice }) => Number(twice)));
    }
    const wanted = expectedRows().filter(([zip]) => zip !== null && zip > 3);
    expect(all).toEqual(wanted.map(([, id]) => 2 * id));
  });

  it('gathers and windows the rows of a key, the same whatever the files are', async () => {
    const sizes = { sliceBytes: 15_000, targetFileBytes: 4_000 };
    const sql =
      'select id, zip, sum(id) over (partition by zip order by id)::bigint as running from input';
    const windows = await whole('windows', { sql }, sizes);
    expect(windows.files.length).toBeGreaterThan(2);
    const sums = new Map<number | null, number>();
    const running = expectedRows().map(([zip, id]) => {
      sums.set(zip, (sums.get(zip) ?? 0) + id);
      return [id, zip, sums.get(zip)];
    });
    const given = [];
    for (const { name } of windows.files) given.push(...(await rowsOf(join(windows.out, name))));
    const numbers = given.map(({ id, zip, running: sum }) => {
      return [Number(id), zip === null ? null : Number(zip), Number(sum)];
    });
    expect(numbers).toEqual(running);
    const grouped = await whole(
      'grouped',
      { sql: 'select zip, count(*) as n, max(id) as last from input group by zip' },
      sizes,
    );
    const made = [];
    for (const { name } of grouped.files) made.push(...(await rowsOf(join(grouped.out, name))));
    expect(
      made.map(({ zip, n, last }) => [zip === null ? null : Number(zip), Number(n), last]),
    ).toEqual(
      [...Map.groupBy(expectedRows(), ([zip]) => zip)].map(([zip, own]) => {
        return [zip, own.length, Math.max(...own.map(([, id]) => id))];
      }),
    );
  });

  it('refuses a transform of several keys, and names one that fails', async () => {
    const sizes = { sliceBytes: 15_000, targetFileBytes: 4_000 };
    const sql = 'select count(*) as n from input';
    await expect(whole('all', { sql }, sizes)).rejects.toThrow(
      'transform.sql gathers rows without GROUP BY "zip", so that its values would follow from which keys are in one file',
    );
    await expect(whole('plain', { sql, keysWhole: undefined as never }, sizes)).rejects.toThrow(
      'transform.sql calls count_star(), which is no function of single rows',
    );
    const failing = 'select zip, max(cast(note as integer)) as n from input group by zip';
    await expect(whole('fails', { sql: failing }, sizes)).rejects.toThrow(
      /transform.sql fails for the rows of some keys: Could not convert string/,
    );
  });
});
