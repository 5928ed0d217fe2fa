import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;
let directory: string;
let engine: Engine;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'read-tables-'));
  engine = await openEngine({ directory, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

const SCHEMA = { id: 'bigint', city: 'text', price: 'decimal(8,2)' };

/** Records `start <= id < end` of CSV, with quoted newlines. */
function csvOf(start: number, end: number): string {
  const rows = Array.from({ length: end - start }, (_, i) => {
    const id = start + i;
    return `${id},${id % 7 === 0 ? `"new\nline ${id}"` : `city ${id}`},${(id / 4).toFixed(2)}\n`;
  });
  return `id,city,price\n${rows.join('')}`;
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

/** The rows of an output, file by file in the order of its manifest. */
async function rowsOf(name: string) {
  const { entries } = await manifestOf(name);
  const rows: unknown[] = [];
  for (const { url } of entries) {
    const path = join(directory, `${name.replaceAll('/', '-')}-${url.split('/').at(-1)}`);
    await writeFile(path, await stack.read(url));
    const text = `SELECT * FROM read_parquet('${path}')`;
    rows.push(...(await engine.runSelect({ text })).map((row) => ({ ...row })));
  }
  return rows;
}

const outputAt = (name: string, fields: object = {}) => {
  return { uri: `s3://${stack.outputBucket}/${name}/`, ...fields };
};

describe('a table', () => {
  it('becomes sized Parquet files with one schema, in the order of its objects', async () => {
    for (const part of [0, 1, 2]) {
      await stack.putSource(
        `t/a/part-${part}.csv`,
        Buffer.from(csvOf(part * 100, part * 100 + 100)),
      );
    }
    const source = `s3://${stack.output('SourceBucketName')}/t/a/`;
    const request = { source, schema: SCHEMA, expect: { rows: 300 } };
    await stack.runToSuccess({ ...request, output: outputAt('t/csv', { files: 3 }) });
    const manifest = await manifestOf('t/csv');
    expect(manifest).toMatchObject({
      facts: { kind: 'table', format: 'csv', objects: 3, columns: 3 },
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'city', type: 'VARCHAR' },
        { name: 'price', type: 'DECIMAL(8, 2)' },
      ],
      totals: { chunks: 3, rows: 300, counts: { rejected: 0 } },
    });
    for (const { rowStart, rowEnd, statistics } of manifest.entries) {
      const bounds = { min: String(rowStart), max: String(rowEnd - 1) };
      expect(statistics?.[0]).toEqual({ column: 'id', ...bounds, nulls: 0 });
    }
    const rows = await rowsOf('t/csv');
    expect(rows).toHaveLength(300);
    expect(rows.map((row) => Number((row as { id: bigint }).id))).toEqual(
      Array.from({ length: 300 }, (_, id) => id),
    );
    expect(rows[7]).toMatchObject({ city: 'new\nline 7' });
  }, 60_000);

  it('becomes files of exactly so many source rows', async () => {
    const text = `${csvOf(0, 40)}bad,x,1\n${csvOf(40, 90).slice('id,city,price\n'.length)}`;
    const source = await stack.putSource('t/rows.csv.gz', gzipSync(text));
    const request = { source, schema: SCHEMA, onBadRow: 'reject', chunking: { rows: 25 } };
    await stack.runToSuccess({ ...request, output: outputAt('t/rows') });
    const { entries } = await manifestOf('t/rows');
    const counts = entries.map(({ meta, counts: { rejected } }) => [meta.record_count, rejected]);
    expect(counts).toEqual([
      [25, 0],
      [24, 1],
      [25, 0],
      [16, 0],
    ]);
    const ids = (await rowsOf('t/rows')).map((row) => Number((row as { id: bigint }).id));
    expect(ids).toEqual(Array.from({ length: 90 }, (_, id) => id));
  }, 60_000);

  it('is transformed row by row, and counts the rows that are left out', async () => {
    const source = await stack.putSource('t/sql.csv', Buffer.from(csvOf(0, 100)));
    const sql = 'select id, upper(city) as town from input where price >= 5 -- dollars';
    const request = { source, schema: SCHEMA, transform: { sql }, expect: { columns: 2 } };
    await stack.runToSuccess({ ...request, output: outputAt('t/sql') });
    expect(await manifestOf('t/sql')).toMatchObject({
      facts: { columns: 2 },
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'town', type: 'VARCHAR' },
      ],
      totals: { rows: 80, counts: { rejected: 0, filtered: 20 } },
    });
    const rows = await rowsOf('t/sql');
    expect(rows[0]).toEqual({ id: 20n, town: 'CITY 20' });
    expect(rows).toHaveLength(80);
    const whole = { ...request, output: outputAt('t/sql-rows') };
    const other = await stack.run({ ...whole, expect: { rows: 100 } });
    expect(other).toMatchObject({ status: 'FAILED', error: 'ExpectationError' });
    expect(other.cause).toContain('expect.rows is 100, but 80 come out of the transform');
    await stack.runToSuccess({ ...whole, expect: { rows: 80 } });
    const again = await stack.run({ ...whole, expect: { rows: 100 } });
    expect(again).toMatchObject({ status: 'FAILED', error: 'ExpectationError' });
    const foreign = { sql: "select * from read_csv('/etc/passwd')" };
    const refused = await stack.run({ source, schema: SCHEMA, transform: foreign });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'RequestError' });
    expect(refused.cause).toContain('transform.sql');
  }, 60_000);

  it('is known by its fields or names, and continued or replaced by generations', async () => {
    const schema = { id: 'int', name: 'text' };
    const lines = (ids: readonly number[]) =>
      Buffer.from(ids.map((id) => `${JSON.stringify({ id, name: `n${id}` })}\n`).join(''));
    const one = await stack.putSource('t/one.jsonl.gz', gzipSync(lines([1, 2])));
    const two = await stack.putSource('t/two', lines([3]));
    const put = async (source: object | string, mode: string) =>
      await stack.run({ source, schema, output: outputAt('t/generations', { mode }) });
    expect(await put(one, 'create')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await put(one, 'create')).toMatchObject({ output: { decision: 'complete' } });
    expect(await put({ uri: two, format: 'jsonl' }, 'append')).toMatchObject({
      output: { generation: 2, totals: { rows: 3 } },
    });
    expect(await rowsOf('t/generations')).toEqual([
      { id: 1, name: 'n1' },
      { id: 2, name: 'n2' },
      { id: 3, name: 'n3' },
    ]);
    const other = { source: one, schema: { id: 'bigint', name: 'text' } };
    const refused = await stack.run({
      ...other,
      output: outputAt('t/generations', { mode: 'append' }),
    });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(refused.cause).toContain('column 1 is \\"id BIGINT\\", there \\"id INTEGER\\"');
    expect(await put(one, 'overwrite')).toMatchObject({
      output: { generation: 3, totals: { rows: 2 } },
    });
    expect(await rowsOf('t/generations')).toHaveLength(2);
  }, 60_000);

  it('leaves out bad rows if asked to, and says which; else fails with the place', async () => {
    const source = await stack.putSource('t/bad.csv', Buffer.from('id,price\n1,2.5\nx,1\n3,\n'));
    const request = { source, schema: { id: 'int', price: 'decimal(4,2)' } };
    const failed = await stack.run({ ...request, output: outputAt('t/failed') });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'CorruptSourceError' });
    expect(failed.cause).toMatch(/bad\.csv, byte 15.*column .*id/);
    const rejecting = { ...request, onBadRow: 'reject', output: outputAt('t/rejects') };
    await stack.runToSuccess({ ...rejecting, expect: { rows: 3 } });
    const { entries, totals } = await manifestOf('t/rejects');
    expect(totals).toMatchObject({ rows: 2, counts: { rejected: 1 } });
    const rejects = (await stack.read(entries[0]?.rejects ?? '')).toString();
    expect(JSON.parse(rejects)).toMatchObject({ byte: 15, column: 'id', text: 'x' });
  }, 60_000);

  it('is refused where rows are not those expected, and planned dry', async () => {
    const source = await stack.putSource('t/few.csv', Buffer.from('id\n1\n2\n'));
    const request = { source, schema: { id: 'int' }, output: outputAt('t/few') };
    const failed = await stack.run({ ...request, expect: { rows: 3 } });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'ExpectationError' });
    expect(failed.cause).toContain('expect.rows is 3, but the source has 2');
    const dry = await stack.runToSuccess({ ...request, dryRun: true });
    expect(dry.output).toMatchObject({
      decision: 'dry-run',
      summary: { chunks: 1, rows: 2, facts: { kind: 'table', bytes: 7 } },
    });
  }, 60_000);
});
