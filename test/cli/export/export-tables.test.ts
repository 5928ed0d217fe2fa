import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, printed } from '#test/cli/tables-case.ts';

const ROWS = 900;

/** A folder of two objects, and a request of them. */
async function tableOf(fields: object): Promise<{ request: string; source: string; out: string }> {
  const line = (row: number) => `${row},name ${row % 7},2024-01-0${1 + (row % 9)}\n`;
  const text = (from: number, to: number) =>
    `id,name,d\n${Array.from({ length: to - from }, (_, at) => line(from + at)).join('')}`;
  const source = await folderOf({ '1.csv': text(0, 500), 'b/2.csv': text(500, ROWS) });
  const schema = { id: 'integer', name: 'varchar', d: 'date' };
  const request = JSON.stringify({ source: { uri: `${source}/` }, schema, ...fields });
  const folder = await folderOf({ 'r.json': request });
  return { request: join(folder, 'r.json'), source: `${source}/`, out: join(folder, 'out') };
}

it('writes a table of several objects in order, and verify compares it with them', async () => {
  const { request, source, out } = await tableOf({});
  const made = await printed('export', '--request', request, '--out', out, '--files', '3');
  expect(made).toMatchObject({ isNew: true, chunks: 3, rows: ROWS });
  expect((await readdir(join(out, 'data'))).sort()).toEqual([
    ...['chunk-000000.parquet', 'chunk-000001.parquet', 'chunk-000002.parquet'],
  ]);
  const verified = await runHere(['verify', out, '--source', source]);
  expect(verified.stdout.toString()).toMatch(/verified 3 chunks, 900 rows/);
  const again = await printed('export', '--request', request, '--out', out, '--files', '3');
  expect(again).toMatchObject({ isNew: false, runId: made.runId });
});

it('cleans rows by SQL, and keeps what it rejects', async () => {
  const transform = { sql: 'select id, upper(name) as n from input where id % 2 = 0' };
  const { request, out } = await tableOf({
    ...{ transform, onBadRow: 'reject', schema: { id: 'tinyint', name: 'varchar', d: 'date' } },
    output: { format: 'csv', compression: 'gzip' },
  });
  const made = await printed('export', '--request', request, '--out', out);
  expect(made.rows).toBe(64);
  const text = gunzipSync(await readFile(join(out, 'data/chunk-000000.csv.gz'))).toString();
  expect(text.split('\n').slice(0, 3)).toEqual(['id,n', '0,NAME 0', '2,NAME 2']);
  const rejects = await readFile(join(out, '_manifest/rejects/chunk-000000.jsonl'), 'utf8');
  expect(rejects.trimEnd().split('\n')).toHaveLength(ROWS - 128);
});
