import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, good, printed } from '#test/cli/tables-case.ts';

const CSV = 'id,city\n1,  new  YORK\n2,\n3,oslo\n';
const SQL = 'select id, tidy_name(city) as city from input';
const CLEAN = `clean=${join(import.meta.dirname, '../../../examples/functions/clean.ts')}`;

describe('--functions', () => {
  test('makes them callable in the SQL of --transform', async () => {
    const folder = await folderOf({ 'x.csv': CSV, 'c.sql': SQL });
    const [file, sql, out] = ['x.csv', 'c.sql', 'r.json'].map((name) => join(folder, name));
    const flags = ['--transform', sql!, '--functions', CLEAN];
    const { text } = await good('infer', file!, ...flags, '--out', out!);
    expect(text).toContain('\ncity         VARCHAR  New York  NULL   Oslo\n');
    const request = ['--request', out!, '--functions', CLEAN];
    expect((await good('slice', file!, ...request)).text).toBe('1,New York\n2,\n3,Oslo\n');
    const { transformed } = await printed('inspect', ...request);
    expect(transformed.firstRows).toEqual([
      ['1', 'New York'],
      ['2', null],
      ['3', 'Oslo'],
    ]);
    const without = await runHere(['slice', file!, '--request', out!]);
    expect(without).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(without.stderr).toMatch(/^error: RequestError: transform\.functions is "clean", there/);
  });

  test.each([
    ['clean', 'allowed is name=file'],
    ['clean=nowhere.ts', 'the functions clean are in no file: nowhere.ts'],
    ['a b=x.ts', 'allowed are letters'],
    [`${CLEAN},${CLEAN}`, 'each name once'],
  ])('is refused as %s', async (given, said) => {
    const folder = await folderOf({ 'x.csv': CSV, 'c.sql': SQL });
    const flags = ['--transform', join(folder, 'c.sql'), '--functions', given];
    const { code, stderr } = await runHere(['inspect', join(folder, 'x.csv'), ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: RequestError: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });

  test('is refused where the module cannot be bundled, or a function throws', async () => {
    const folder = await folderOf({ 'x.csv': CSV, 'c.sql': SQL });
    const module = join(folder, 'own.ts');
    const flags = ['--transform', join(folder, 'c.sql'), '--functions', `own=${module}`];
    const error = async (text: string) => {
      await writeFile(module, text);
      return (await runHere(['inspect', join(folder, 'x.csv'), ...flags])).stderr;
    };
    expect(await error("import 'node:fs';")).toMatch(/^error: RequestError: .*nothing of Node\n$/);
    const thrown = await error(
      "export const tidy_name = { parameters: ['VARCHAR'], returns: 'VARCHAR', apply() { throw new Error('odd'); } };",
    );
    expect(thrown).toMatch(/^error: TransformError: transform\.sql fails for a row .*: odd\n$/);
  });
});
