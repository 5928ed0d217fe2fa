import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, type PlannedTable, planned } from '#support/tables/convert-table.ts';
import { cutRecords } from '#support/tables/cut-texts.ts';
import { StagedTexts } from '#support/tables/staged-texts.ts';
import { rowsOf } from '#support/tables/table-content.ts';
import { maxFileShare, textsToStage } from '#tables/large-texts.ts';

const SCHEMA = { id: 'integer', note: 'varchar', n: 'integer' };
const LARGE = 100_000;

/** Records with quoted newlines that look like records, and their header. */
function csvOf(records: number, seed: number): string {
  const text = { records, newlineShare: 0.2, padding: 20, seed };
  return `id,note,n\n${[...cutRecords(text)].join('')}`;
}

const texts = [csvOf(300, 1), csvOf(150_000, 2), csvOf(9, 3)] as const;
/** Some 8 MB of text in two members, between two small ones. */
const halves = [texts[1].slice(0, 3_000_003), texts[1].slice(3_000_003)];
const packedStore = memoryObjectStore({
  's3://b/1.csv': Buffer.from(texts[0]),
  's3://b/2.csv.gz': Buffer.concat(halves.map((half) => gzipSync(half, { level: 1 }))),
  's3://b/3.csv.gz': gzipSync(texts[2]),
});
const plainStore = memoryObjectStore({
  's3://b/1.csv': Buffer.from(texts[0]),
  's3://b/2.csv': Buffer.from(texts[1]),
  's3://b/3.csv': Buffer.from(texts[2]),
});

const asked = (short: ShortTable = {}) => askedTable({ schema: SCHEMA, ...short });

async function filesOf(table: PlannedTable): Promise<readonly (readonly string[])[]> {
  const files: (readonly string[])[] = [];
  for (const chunk of table.chunks) {
    files.push(await rowsOf((await convertedFile(table, chunk)).bytes));
  }
  return files;
}

async function plainRows(): Promise<readonly string[]> {
  return (await filesOf(await planned(asked(), plainStore))).flat();
}

describe('a large text in gzip', { timeout: patience(60_000) }, () => {
  it('is cut at records of its text, into files of even sizes', async () => {
    const staged = new StagedTexts(packedStore, LARGE);
    expect(await staged.stage(asked())).toEqual([{ round: 'index', index: 0 }]);
    const { indexes } = staged;
    const table = await planned(asked({ size: { files: 5 } }), packedStore, { indexes });
    const rows = await plainRows();
    const files = await filesOf(table);
    expect(files.flat()).toEqual(rows);
    for (const file of files) expect(file.length / rows.length).toBeCloseTo(1 / 5, 1);
    expect(table.chunks.slice(1).every(({ start }) => start.object === 1 && start.at > 0)).toBe(
      true,
    );
    expect(table.predictedRows / rows.length).toBeCloseTo(1, 1);
    // The same plan and files, whoever made the index and when.
    const again = new StagedTexts(packedStore, LARGE);
    await again.stage(asked());
    const other = await planned(asked({ size: { files: 5 } }), packedStore, again);
    expect(other.chunks).toEqual(table.chunks);
  });

  it('is read in the middle for files of so many rows', async () => {
    const staged = new StagedTexts(packedStore, LARGE);
    await staged.stage(asked());
    const { indexes } = staged;
    const table = await planned(asked({ size: { rows: 40_000 } }), packedStore, { indexes });
    const files = await filesOf(table);
    expect(files.map(({ length }) => length)).toEqual([40_000, 40_000, 40_000, 30_309]);
    expect(files.flat()).toEqual(await plainRows());
  });

  it('is planned about so in a dry run, which waits for no index', async () => {
    const { indexes } = new StagedTexts(packedStore, LARGE);
    const size = { files: 5 };
    const dry = await planned(asked({ size }), packedStore, { indexes, lacksIndexes: true });
    expect(dry.chunks).toHaveLength(5);
    const { min, max } = dry.predictedFileBytes;
    expect(max / min).toBeLessThan(1.5);
    expect(dry.predictedRows / 150_309).toBeCloseTo(1, 1);
    expect(dry.warnings).toEqual([]);
  });

  it('has as much text in a file as a writer has room for', async () => {
    const text = 'id,note,n\n1,a,2\n'.repeat(800_000);
    const packed = gzipSync(text);
    const store = memoryObjectStore({ 's3://b/x.csv.gz': packed });
    const staged = new StagedTexts(store, 1000);
    await staged.stage(asked());
    const { indexes } = staged;
    const layout = tableLayoutOf(asked(), { format: 'csv', schema: asked().schema! });
    const source = { layout, store, objects: await listTable(asked().source, store) };
    const share = await maxFileShare({ ...source, indexes });
    expect((share / packed.length) * text.length).toBeCloseTo(2 ** 32, -3);
    expect(await maxFileShare(source)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is staged for nothing that does not fit the table', async () => {
    const staged = new StagedTexts(packedStore, LARGE);
    const columns = { other: { from: ['id'] } };
    await expect(staged.stage(asked({ columns }))).rejects.toThrow(RequestError);
    expect(staged.stores.size).toBe(0);
  });

  it('is not one that is small, plain, or Parquet', async () => {
    const names = ['x.csv', 'x.csv.zst', 'x.parquet', 'small.csv.gz'];
    for (const name of names) {
      const bytes = new Uint8Array(name.startsWith('small') ? LARGE : LARGE + 1);
      const store = memoryObjectStore({ [`s3://b/${name}`]: bytes });
      const { indexes } = new StagedTexts(store, LARGE);
      const objects = await listTable(asked().source, store);
      const layout = tableLayoutOf(asked(), { format: 'csv', schema: asked().schema! });
      expect([name, await textsToStage({ layout, objects, store, indexes })]).toEqual([name, []]);
    }
  });
});
