import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { goldenPath } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, good, parquetOf } from '#test/cli/tables-case.ts';

const SCHEMA = { id: 'integer', name: 'varchar', d: 'date' };

/** Writes files and a request of them, and gives the path of the request. */
async function requestOf(files: Record<string, string | Uint8Array>, fields: object = {}) {
  const folder = await folderOf(files);
  const uris = Object.keys(files).map((name) => join(folder, name));
  const request = { source: { uris }, schema: SCHEMA, ...fields };
  return join(await folderOf({ 'r.json': JSON.stringify(request) }), 'r.json');
}

const FIRST = 'id,name,d\n1,"a,b",2024/1/2\n2,,\n';
const SECOND = 'id,name,d\n3,"x\ny",2024-01-03\n';

describe('slice of a table', () => {
  test('prints rows over several objects, cast by the schema', async () => {
    const request = await requestOf({ '1.csv': FIRST, '2.csv': '', '3.csv.gz': gzipSync(SECOND) });
    const all = '1,"a,b",2024-01-02\n2,,\n3,"x\ny",2024-01-03\n';
    const { text } = await good('slice', '--request', request);
    expect(text).toBe(all);
    const two = await good('slice', '--request', request, '--rows', '1:3', '--header');
    expect(two.text).toBe('id,name,d\n2,,\n3,"x\ny",2024-01-03\n');
    const tabs = await good('slice', '--request', request, '--rows', ':1', '--delimiter', '\\t');
    expect(tabs.text).toBe('1\ta,b\t2024-01-02\n');
    expect((await good('slice', '--request', request, '--rows', '3:3')).text).toBe('');
    const packed = await good('slice', '--request', request, '--compression', 'gzip');
    expect(gunzipSync(packed.stdout).toString()).toBe(all);
  });

  test('prints JSON lines of nested values', async () => {
    const lines = '{"id":1,"o":{"l":[1,"NaN"]},"junk":0}\n{"id":2}\n';
    const schema = { id: 'integer', o: 'struct(l double[])' };
    const request = await requestOf({ 'x.jsonl': lines }, { schema });
    const flags = ['--output-format', 'jsonl'];
    expect((await good('slice', '--request', request, ...flags)).text).toBe(
      '{"id":1,"o":{"l":[1.0,null]}}\n{"id":2,"o":null}\n',
    );
    const csv = await runHere(['slice', '--request', request]);
    expect(csv.stderr).toMatch(/RequestError: column "o" is nested, which CSV cannot hold/);
  });

  test('prints what a transform makes of rows of the source', async () => {
    const transform = { sql: 'select upper(name) as n, id * 2 as twice from input where id <> 2' };
    const files = { '1.csv': FIRST, '2.csv': SECOND };
    const request = await requestOf(files, { transform });
    const { text } = await good('slice', '--request', request, '--header');
    expect(text).toBe('n,twice\n"A,B",2\n"X\nY",6\n');
    const one = await good('slice', '--request', request, '--rows', '1:3');
    expect(one.text).toBe('"X\nY",6\n');
    const failing = await requestOf(files, { transform: { sql: 'select name::int n from input' } });
    const failed = await runHere(['slice', '--request', failing]);
    expect(failed.stderr).toMatch(/TransformError: transform\.sql fails for a row of .*Could not/);
    const foreign = await requestOf(files, { transform: { sql: 'select sum(id) from input' } });
    expect((await runHere(['slice', '--request', foreign])).stderr).toContain('calls sum()');
  });

  test('reads only the row groups of Parquet that have the rows', async () => {
    const path = await parquetOf("SELECT range AS i, 'n' || range AS n FROM range(10000)");
    const { text } = await good('slice', path, '--rows', '4094:4098');
    expect(text).toBe('4094,n4094\n4095,n4095\n4096,n4096\n4097,n4097\n');
    expect((await good('slice', path, '--rows', '9999:')).text).toBe('9999,n9999\n');
  });

  test('cuts long texts into pieces', async () => {
    const rows = Array.from({ length: 150 }, (_, k) => `${k},"${'x\n'.repeat(250_000)}"\n`);
    const files = { 'x.csv': `id,name\n${rows.join('')}` };
    const schema = { id: 'integer', name: 'varchar' };
    const request = await requestOf(files, { schema });
    const { text } = await good('slice', '--request', request, '--rows', '148:');
    expect(text).toBe(rows.slice(148).join(''));
  });

  test('says that there are not so many rows', async () => {
    const request = await requestOf({ '1.csv': FIRST });
    for (const rows of ['1:4', '5:']) {
      const ended = await runHere(['slice', '--request', request, '--rows', rows]);
      expect(ended.stderr).toContain(`UsageError: --rows must lie within 0:2, the rows of the`);
      expect(ended.code).toBe(2);
    }
  });

  test('refuses a value that does not fit, with its place', async () => {
    const request = await requestOf({ '1.csv': `${FIRST}x,y,2024-01-01\n` });
    const ended = await runHere(['slice', '--request', request]);
    expect(ended).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
    expect(ended.stderr).toMatch(/CorruptSourceError: .*1\.csv, byte 31 .*"x"/);
    expect((await good('slice', '--request', request, '--rows', ':2')).text).toHaveLength(23);
  });

  test.each([
    [['x.csv'], 'SourceNotFoundError: x.csv does not exist'],
    [
      ['x.csv', '--layer', 'X', '--format', 'csv'],
      'RequestError: source.layer is for requests of a sparse matrix',
    ],
    [
      ['x.csv', '--profile', 'zero0'],
      'UsageError: --profile, --na-rep, --index, --index-base and --label-uri are of',
    ],
    [['x.csv', '--version-id', 'v'], 'UsageError: --version-id is of one object in S3'],
    [
      [goldenPath('inputs/tall.npz'), '--output-format', 'jsonl'],
      'UsageError: --output-format jsonl is of tables',
    ],
  ])('refuses %j', async (args, sentence) => {
    const ended = await runHere(['slice', ...args]);
    expect(ended.stderr).toContain(`error: ${sentence}`);
  });

  test('needs a schema for texts, and names what proposes one', async () => {
    const folder = await folderOf({ 'x.csv': FIRST });
    const ended = await runHere(['slice', join(folder, 'x.csv')]);
    expect(ended.stderr).toMatch(/RequestError: .*give schema, which sparse-fanout infer/);
    expect(ended.code).toBe(2);
  });

  test('prints what infer proposes', async () => {
    const folder = await folderOf({ 'x.csv': 'id;Id;p\n1;a;1.50\n2;b;3\n' });
    const out = join(folder, 'request.json');
    await good('infer', join(folder, 'x.csv'), '--out', out);
    const { text } = await good('slice', '--request', out, '--header');
    expect(text).toBe('id,Id_2,p\n1,a,1.50\n2,b,3.00\n');
  });
});
