import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, good, parquetOf, printed } from '#test/cli/tables-case.ts';

const CSV = 'id;name;p\n1;ann;1.50\n300;"b;o";NA\n';

describe('infer', () => {
  test('prints a table of columns for people', async () => {
    const folder = await folderOf({ 'x.csv': CSV });
    const { text } = await good('infer', join(folder, 'x.csv'), '--null-text', 'NA');
    expect(text).toMatch(/^format {3}CSV, delimiter ";", with a header\nsample {3}2 rows in 1 obj/);
    expect(text.split('\n').slice(-5)).toEqual([
      'column  type           examples      nulls',
      'id      SMALLINT       "1", "300"    0',
      'name    VARCHAR        "ann", "b;o"  0',
      'p       DECIMAL(3, 2)  "1.50"        1',
      '',
    ]);
  });

  test('prints a whole request as JSON, notes beside it', async () => {
    const folder = await folderOf({ 'in/x.csv': CSV, 'in/_SUCCESS': '' });
    const ended = await runHere(['infer', join(folder, 'in'), '--json', '--widen']);
    expect(ended.stderr).toMatch(/^note: "p" is a text because of "NA"; if that is NULL/);
    expect(JSON.parse(ended.stdout.toString())).toEqual({
      source: { uri: `${join(folder, 'in')}/`, format: 'csv', csv: { delimiter: ';' } },
      schema: { id: 'BIGINT', name: 'VARCHAR', p: 'VARCHAR' },
      output: { format: 'parquet' },
    });
  });

  test('writes a request that gives itself again', async () => {
    const folder = await folderOf({ 'x.txt': 'ann\t\\N\n"b"\t2020\n', 'y.txt': 'c\t1\n' });
    const files = ['x.txt', 'y.txt'].map((name) => join(folder, name));
    const out = join(folder, 'request.json');
    const flags = ['--format', 'csv', '--delimiter', '\\t', '--no-header', '--null-text', '\\N'];
    await good('infer', ...files, ...flags, '--null-text', '', '--by-name', '--out', out);
    const request = JSON.parse(await readFile(out, 'utf8'));
    expect(request).toEqual({
      source: {
        uris: files,
        format: 'csv',
        csv: { delimiter: '\t', header: false, nullText: ['\\N', ''] },
        byName: true,
      },
      schema: { column0: 'VARCHAR', column1: 'SMALLINT' },
      output: { format: 'parquet' },
    });
    expect(await printed('infer', '--request', out)).toEqual(request);
    const again = await runHere(['infer', '--request', out, '--out', out]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') });
  });

  test('keeps what a request says of columns and of the run', async () => {
    const text = ',Price,price,2020\n0,1,2,3\n';
    const folder = await folderOf({ 'x.csv': text });
    const file = join(folder, 'x.csv');
    const found = await printed('infer', file);
    expect(found).toMatchObject({
      schema: [
        { name: 'Price', type: 'TINYINT' },
        { name: 'price_2', type: 'TINYINT' },
        { name: '2020', type: 'TINYINT' },
      ],
      columns: { price_2: { from: 'price' }, '*': 'drop' },
    });
    const columns = { eur: { from: 'price' }, '2020': 'drop' };
    const request = { source: { uri: file }, columns, onBadRow: 'reject', limits: {} };
    const folder2 = await folderOf({ 'request.json': JSON.stringify(request) });
    expect(await printed('infer', '--request', join(folder2, 'request.json'))).toMatchObject({
      schema: { Price: 'TINYINT', eur: 'TINYINT' },
      columns: { eur: { from: ['price'] }, '2020': 'drop', '*': 'drop' },
      ...{ onBadRow: 'reject', limits: {} },
    });
  });

  test('reads JSON lines as gzip, and Parquet with examples', async () => {
    const folder = await folderOf({ x: gzipSync('{"a":1,"b":{"c":"x"}}\n') });
    const said = ['--format', 'jsonl', '--compression', 'gzip'];
    expect(await printed('infer', join(folder, 'x'), ...said)).toMatchObject({
      source: { format: 'jsonl', compression: 'gzip' },
      schema: { a: 'TINYINT', b: 'STRUCT("c" VARCHAR)' },
    });
    const path = await parquetOf(
      "SELECT range::INTEGER i, 1.5::DECIMAL(5, 2) d, nullif('x' || range % 2, 'x0') s FROM range(9)",
    );
    const { text } = await good('infer', path);
    expect(text).toContain('\ni       INTEGER        "0", "1", "2"  0\n');
    expect(text).toContain('\ns       VARCHAR        "x1"           5\n');
    const { schema } = await printed('infer', path, '--widen');
    expect(schema).toEqual({ i: 'BIGINT', d: 'DECIMAL(5, 2)', s: 'VARCHAR' });
    const none = await parquetOf('SELECT 1 AS i WHERE false');
    expect((await good('infer', none)).text).toMatch(/\ni {7}INTEGER {12}0\n/);
  });

  test.each([
    ['x.csv', 'a,b\n1\n', 1, 'CorruptSourceError: .*1 fields, expected 2'],
    ['x.csv', '', 1, 'CorruptSourceError: .* holds nothing'],
    ['x.csv', 'a,b\n"1,2\n', 1, 'CorruptSourceError: .*does not end; close its quote'],
    ['x.csv', '{"a":1}\n', 1, 'UnsupportedSourceError: .*JSON lines by its content'],
    ['x.jsonl', '[{"a":1}]\n', 1, 'UnsupportedSourceError: .*a JSON array'],
    ['x.csv', 'a,a\n1,2\n3,4\n', 1, 'CorruptSourceError: .*two columns named "a"'],
    ['x.zip', 'PK\u0003\u0004', 1, 'UnsupportedSourceError: .*zip archive'],
    ['x.parquet', 'PAR1\u0000\u0000\u0000\u0000PAR1', 1, 'CorruptSourceError: '],
    ['x.csv.gz', 'a\n', 1, 'UnsupportedSourceError: .*CSV as gzip by its name'],
  ])('refuses %s of %j', async (name, content, code, sentence) => {
    const folder = await folderOf({ [name]: content });
    const ended = await runHere(['infer', join(folder, name)]);
    expect(ended.stderr).toMatch(new RegExp(`^error: ${sentence}`));
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended).toMatchObject({ code, stdout: Buffer.alloc(0) });
  });

  test.each([
    [[], 'UsageError: a source is missing'],
    [['none.csv'], 'SourceNotFoundError: none.csv does not exist'],
    [['x.csv', '--delimiter', 'ab'], 'RequestError: source.csv.delimiter must be one ASCII'],
    [['x.csv', '--null-text', 'a', '--null-text', 'a'], 'UsageError: .*given already'],
    [['x.csv', '--format', 'npz'], "UsageError: .*'npz' is invalid"],
  ])('refuses %j', async (args, sentence) => {
    const ended = await runHere(['infer', ...args]);
    expect(ended.stderr).toMatch(new RegExp(`^error: ${sentence}`));
    expect(ended.code).toBe(sentence.startsWith('SourceNotFound') ? 1 : 2);
  });
});
