import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { goldenPath } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, good, parquetOf, printed } from '#test/cli/tables-case.ts';

const ROWS = Array.from({ length: 5000 }, (_, k) => k);

describe('inspect of a table', () => {
  test('shows a small CSV whole', async () => {
    const folder = await folderOf({ 'x.csv': 'a,b\n1,"x\ny"\n2,\n' });
    const { text } = await good('inspect', join(folder, 'x.csv'));
    expect(text).toMatch(/^source {3}.*x\.csv \(15 bytes, etag .*\)\nformat {3}CSV, delimiter ","/);
    expect(text.split('\n').slice(-5)).toEqual(['', 'a  b', '1  x\\u000ay', '2  NULL', '']);
  });

  test.each([
    ['x.csv', (text: string) => text],
    ['x.csv.gz', gzipSync],
  ])('shows the first and the last rows of %s', async (name, pack) => {
    const text = `a,b\n${ROWS.map((k) => `${k},"x\n${k}"\n`).join('')}`;
    const folder = await folderOf({ [name]: pack(text) });
    const found = await printed('inspect', join(folder, name));
    expect(found).toMatchObject({
      ...{ objects: 1, format: 'csv', compression: name === 'x.csv' ? 'none' : 'gzip' },
      ...{ fields: ['a', 'b'], csv: { header: true } },
      columns: [
        { name: 'a', type: 'SMALLINT' },
        { name: 'b', type: 'VARCHAR' },
      ],
      firstRows: [0, 1, 2].map((k) => [`${k}`, `x\n${k}`]),
      lastRows: [4997, 4998, 4999].map((k) => [`${k}`, `x\n${k}`]),
    });
    expect((await good('inspect', join(folder, name))).text).toContain('\n…     …\n4997');
  });

  test('shows JSON lines of several objects, digits as they are', async () => {
    const folder = await folderOf({
      'in/1.jsonl': '{"a":1.10,"o":{"k":[1]}}\n',
      'in/2.jsonl': '\n{"a":12345678901234567890}\n\n',
      'in/3.jsonl': '',
      'in/_SUCCESS': '',
    });
    const found = await printed('inspect', join(folder, 'in'));
    expect(found).toMatchObject({
      ...{ objects: 3, format: 'jsonl', ignored: [join(folder, 'in/_SUCCESS')] },
      firstRows: [['1.10', '{"k":[1]}']],
      lastRows: [['12345678901234567890', null]],
    });
    expect((await good('inspect', join(folder, 'in'))).text).toContain('3 objects)');
  });

  test('reads further back for long last rows', async () => {
    const long = 'x'.repeat(300_000);
    const folder = await folderOf({ 'x.jsonl': `{"a":"${long}"}\n`.repeat(9) });
    const { lastRows } = await printed('inspect', join(folder, 'x.jsonl'));
    expect(lastRows).toEqual([[long], [long], [long]]);
  });

  test('shows row groups and rows of Parquet', async () => {
    const path = await parquetOf('SELECT range AS i, [range] AS l FROM range(5000)');
    const found = await printed('inspect', path);
    expect(found).toMatchObject({
      ...{ format: 'parquet', rows: 5000, rowGroups: 3, footersRead: 1 },
      firstRows: [0, 1, 2].map((k) => [`${k}`, `[${k}]`]),
      lastRows: [4997, 4998, 4999].map((k) => [`${k}`, `[${k}]`]),
    });
    const { text } = await good('inspect', path);
    expect(text).toContain('\nrows     5,000 in 3 row groups\n');
    const few = await parquetOf('SELECT 7 AS i, NULL::INTEGER AS n');
    expect((await good('inspect', few)).text).toMatch(/\ni {2}n\n7 {2}NULL\n$/);
    const none = await parquetOf('SELECT 7 AS i WHERE false');
    expect(await printed('inspect', none)).toMatchObject({ rows: 0, firstRows: [], lastRows: [] });
  });

  test.each([
    ['x', '{"a":1}\n', []],
    ['x.txt', 'a,b\n1,2\n', ['--format', 'csv']],
    ['part/x', '{"a":1}\n', []],
  ])('knows %s by its content or by the format', async (name, content, flags) => {
    const folder = await folderOf({ [name]: content });
    const place = name.startsWith('part') ? join(folder, 'part') : join(folder, name);
    expect(await printed('inspect', place, ...flags)).toMatchObject({ objects: 1 });
  });

  test('knows a table by its request', async () => {
    const folder = await folderOf({ x: '1;2\n' });
    const source = { uri: join(folder, 'x'), csv: { delimiter: ';' } };
    const request = await folderOf({ 'r.json': JSON.stringify({ source }) });
    expect(await printed('inspect', '--request', join(request, 'r.json'))).toMatchObject({
      firstRows: [['1', '2']],
    });
  });

  test('takes folders with a matrix for matrices', async () => {
    const folder = await folderOf({ 'm/a.csv': 'a\n1\n', 'm/matrix.mtx': 'no matrix' });
    const ended = await runHere(['inspect', join(folder, 'm')]);
    expect(ended.stderr).toMatch(/^error: \w+: /);
    expect(ended.stderr).toContain('save the matrix');
    const empty = await folderOf({ 'm/_SUCCESS': '' });
    expect((await runHere(['inspect', join(empty, 'm')])).code).toBe(1);
  });
});

describe('--request of a matrix', () => {
  const file = goldenPath('inputs/index-i4-i8.npz');
  const body = {
    source: { uri: file, format: 'npz' },
    output: { text: { header: 'first-chunk', delimiter: ';' } },
    chunking: { rows: 7 },
  };

  test('says what flags would, which win over it', async () => {
    const request = join(await folderOf({ 'r.json': JSON.stringify(body) }), 'r.json');
    expect(await printed('inspect', '--request', request)).toEqual(
      await printed('inspect', file, '--rows-per-chunk', '7', '--delimiter', ';'),
    );
    const sized = await printed('inspect', '--request', request, '--target-bytes', '1KB');
    expect(sized.chunking).toEqual({ targetBytes: 1000 });
    const other = await printed('inspect', goldenPath('inputs/tall.npz'), '--request', request);
    expect(other.uri).toBe(goldenPath('inputs/tall.npz'));
    const rows = await good('slice', '--request', request, '--rows', '0:2');
    const flags = ['--rows', '0:2', '--header', '--delimiter', ';'];
    expect(rows.text).toBe((await good('slice', file, ...flags)).text);
    const piped = await good('slice', '--request', request, '--rows', '0:2', '--delimiter', ',');
    expect(piped.text).toBe((await good('slice', file, '--rows', '0:2', '--header')).text);
  });
});
