import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, good, parquetOf, printed } from '#test/cli/tables-case.ts';

const CSV = 'id,city,delta\n1,a,-100\n2,b,3\n3,,4\n4,d,5\n5,e,6\n';
const SQL = 'select id + 1::bigint as "Next", upper(city) as city from input where delta > -90 --';
const MADE = {
  columns: [
    { name: 'Next', type: 'BIGINT' },
    { name: 'city', type: 'VARCHAR' },
  ],
  firstRows: [
    ['3', 'B'],
    ['4', null],
    ['5', 'D'],
  ],
};

describe('transform.lambda', () => {
  const SENTENCE = /transform\.lambda runs in a deployment alone, so clean cannot be shown here;/;

  test.each(['slice', 'inspect', 'infer'])('is refused by %s by name', async (command) => {
    const request = { schema: { id: 'int', city: 'text', delta: 'int' } };
    const folder = await folderOf({
      'x.csv': CSV,
      'r.json': JSON.stringify({ ...request, transform: { lambda: 'clean' } }),
    });
    const [file, asked] = ['x.csv', 'r.json'].map((name) => join(folder, name));
    const { code, stdout, stderr } = await runHere([command, file!, '--request', asked!]);
    expect(command === 'infer' ? String(stdout) : stderr).toMatch(SENTENCE);
    expect(code).toBe(command === 'infer' ? 0 : 2);
  });

  test.each([
    ['clean', 'give a name and a file, such as clean=clean.mjs'],
    ['1st=clean.mjs', 'give a name and a file, such as clean=clean.mjs'],
    ['clean=missing.mjs', 'missing.mjs is no file that can be read'],
  ])('fails for --transforms %s', async (text, sentence) => {
    const flags = ['x.csv', '--out', 'files', '--transforms', text];
    const ended = await runHere(['local', 'run', ...flags]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(sentence);
  });
});

describe('--transform', () => {
  test('is proposed by infer with its columns and first rows', async () => {
    const folder = await folderOf({ 'x.csv': CSV, 'c.sql': SQL });
    const [file, sql, out] = ['x.csv', 'c.sql', 'r.json'].map((name) => join(folder, name));
    const { text } = await good('infer', file!, '--transform', sql!, '--out', out!);
    expect(text.split('\n').slice(-5)).toEqual([
      '',
      'transformed  type     row 0  row 1  row 2',
      'Next         BIGINT   3      4      5',
      'city         VARCHAR  B      NULL   D',
      '',
    ]);
    const request = JSON.parse(await readFile(out!, 'utf8'));
    expect(request).toMatchObject({ schema: { id: 'TINYINT' }, transform: { sql: SQL } });
    expect((await printed('inspect', '--request', out!)).transformed).toEqual(MADE);
    expect((await good('slice', file!, '--request', out!, '--rows', '0:2')).text).toBe('3,B\n');
  });

  test('that does not fit what infer proposes is a note', async () => {
    const folder = await folderOf({ 'x.csv': CSV, 'c.sql': 'select id * 100 as h from input' });
    const flags = [join(folder, 'x.csv'), '--transform', join(folder, 'c.sql')];
    const { text } = await good('infer', ...flags);
    expect(text).toMatch(/\nnote {5}transform\.sql fails for a row of .*Overflow/);
    const ended = await runHere(['--json', 'infer', ...flags]);
    expect(ended.stderr).toMatch(/^note: transform\.sql fails/);
    const inspected = await runHere(['inspect', ...flags]);
    expect(inspected).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
    expect(inspected.stderr).toMatch(/^error: TransformError: transform\.sql fails for a row of/);
  });

  test.each([
    ['x.jsonl', '{"id":1,"city":"a","delta":1}\n'],
    ['x.jsonl.gz', gzipSync('{"id":1,"city":"a","delta":1}\n'.repeat(200_000))],
  ])('is shown of %s', async (name, content) => {
    const folder = await folderOf({ [name]: content, 'c.sql': SQL });
    const shown = await printed(
      'inspect',
      join(folder, name),
      '--transform',
      join(folder, 'c.sql'),
    );
    expect(shown.transformed.columns).toEqual(MADE.columns);
    expect(shown.transformed.firstRows[0]).toEqual(['2', 'A']);
  });

  test('is shown of Parquet by its own types, and whole values', async () => {
    const path = await parquetOf(
      "SELECT range AS id, repeat('x', 100) AS city, 2 AS delta FROM range(5000)",
    );
    const folder = await folderOf({ 'c.sql': SQL });
    const { transformed } = await printed('inspect', path, '--transform', join(folder, 'c.sql'));
    expect(transformed.firstRows[2]).toEqual(['3', 'X'.repeat(100)]);
    expect(transformed.columns[0].type).toBe('BIGINT');
  });

  test('is shown of the first object of which it leaves a row', async () => {
    const folder = await folderOf({
      'in/1.csv': 'id,city,delta\n',
      'in/2.csv': 'id,city,delta\n1,a,-100\n',
      'in/3.csv': 'id,city,delta\n7,g,0\n',
      'c.sql': SQL,
      'none.sql': 'select id from input where false',
    });
    const flags = ['inspect', join(folder, 'in'), '--transform'];
    const { transformed } = await printed(...flags, join(folder, 'c.sql'));
    expect(transformed.firstRows).toEqual([['8', 'G']]);
    const none = await good(...flags, join(folder, 'none.sql'));
    expect(none.text).toMatch(/\ntransformed {2}type\nid {11}TINYINT\nno row is left of those/);
  });

  test('is refused where it is no file, or no transform', async () => {
    const folder = await folderOf({ 'x.csv': CSV, 'c.sql': 'select sum(id) from input' });
    const file = join(folder, 'x.csv');
    const missing = await runHere(['inspect', file, '--transform', join(folder, 'no.sql')]);
    expect(missing.stderr).toMatch(/^error: RequestError: --transform .*no\.sql cannot be read/);
    const sum = await runHere(['inspect', file, '--transform', join(folder, 'c.sql')]);
    expect(sum.stderr).toMatch(/^error: RequestError: transform\.sql calls sum\(\)/);
  });
});
