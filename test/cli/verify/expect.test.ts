import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BATCHES } from '#support/matrix-batches.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf } from '#test/cli/tables-case.ts';

const ROWS = 3000;
const noteOf = (id: number) => (id % 10 === 0 ? '' : `note "${id}",\n`);
const lineOf = (id: number) =>
  `${id},${id % 7 === 0 ? '' : (id / 4).toFixed(2)},"${noteOf(id).replaceAll('"', '""')}"\n`;
const SOURCE = `id,price,note\n${Array.from({ length: ROWS }, (_, id) => lineOf(id)).join('')}`;
const SCHEMA = { id: 'integer', price: 'decimal(8,2)', note: 'varchar' };

let folder: string;
const inside = (...names: string[]) => join(folder, ...names);

async function run(out: string, sql: string, ...options: string[]) {
  await writeFile(inside(`${out}.sql`), sql);
  const asked = ['--schema', inside('schema.json'), '--transform', inside(`${out}.sql`)];
  const place = ['--out', inside(out), '--rows-per-chunk', '1000'];
  const ended = await runHere(['local', 'run', inside('t.csv'), ...asked, ...place, ...options]);
  expect(ended.stderr).not.toMatch(/error/i);
}

/** Writes what a SELECT makes of the source, by the engine alone. */
async function writeExpected(name: string, sql: string, format: 'parquet' | 'csv' | 'jsonl') {
  const engine = await openEngine({ directory: folder, memoryBytes: 256e6 });
  const types = "{'id': 'INTEGER', 'price': 'DECIMAL(8,2)', 'note': 'VARCHAR'}";
  const input = `read_csv('${inside('t.csv')}', header = true, quote = '"', allow_quoted_nulls = false, columns = ${types}, auto_detect = false)`;
  const text = sql.replace('input', input);
  const path = inside(name);
  if (format === 'csv') {
    const file = { path, format, compression: 'none', header: true, delimiter: ',' } as const;
    await engine.writeSelect({ text }, file);
  } else {
    await engine.writeSelect({ text }, { path, format, compression: 'none', rowGroupRows: 2048 });
  }
  engine.close();
}

beforeAll(async () => {
  folder = await folderOf({ 't.csv': SOURCE, 'schema.json': JSON.stringify(SCHEMA) });
  const right = 'select id, price * 2 as twice, note from input where id % 3 > 0';
  await run('parquet', right);
  await run('csv', right, '--output-format', 'csv', '--compression', 'gzip');
  await run('jsonl', right, '--output-format', 'jsonl');
  for (const format of ['parquet', 'csv', 'jsonl'] as const) {
    await writeExpected(`truth.${format}`, right, format);
    await writeExpected(`fewer.${format}`, `${right} and id < 2000`, format);
    const wrong =
      'select id, price * 2 as twice, case id when 1501 then null else note end as note from input where id % 3 > 0';
    await writeExpected(`wrong.${format}`, wrong, format);
  }
}, patience(60_000));
afterAll(() => rm(folder, { recursive: true }));

const verify = (out: string, ...options: string[]) => runHere(['verify', inside(out), ...options]);
const FORMATS = ['parquet', 'csv', 'jsonl'] as const;

describe('verify --expect', { timeout: patience(30_000) }, () => {
  it('takes the rows that are expected, in any format', async () => {
    for (const out of FORMATS) {
      for (const format of FORMATS) {
        const { stdout, stderr, code } = await verify(out, '--expect', inside(`truth.${format}`));
        expect(stderr, `${out} ${format}`).toBe('');
        expect(stdout.toString()).toMatch(/2,000 rows, .*; row by row as .*truth/);
        expect(code).toBe(0);
      }
    }
  });

  it('names the first row and column that differ, with both values', async () => {
    for (const out of FORMATS) {
      for (const format of FORMATS) {
        const { stderr, code } = await verify(out, '--expect', inside(`wrong.${format}`));
        expect(stderr, `${out} ${format}`).toContain(
          'row 1000, column "note": the output has "note \\"1501\\",\\n", expected is NULL (in chunk-000001',
        );
        expect(code).toBe(1);
      }
    }
  });

  it('names a value that the column of the output cannot hold', async () => {
    const rows = Array.from({ length: ROWS }, (_, id) => id).filter((id) => id % 3 > 0);
    const lines = rows.map((id) =>
      JSON.stringify({ id: id === 301 ? 'x1' : id, twice: null, note: '' }),
    );
    await writeFile(inside('unfit.jsonl'), `${lines.join('\n')}\n`);
    await run('plain', "select id, price as twice, '' as note from input where id % 3 > 0");
    const first = await verify('plain', '--expect', inside('unfit.jsonl'));
    expect(first.stderr).toContain(
      'row 0, column "twice": the output has "0.25", expected is NULL',
    );
    await run('nulls', "select id, null::int as twice, '' as note from input where id % 3 > 0");
    const { stderr } = await verify('nulls', '--expect', inside('unfit.jsonl'));
    expect(stderr).toContain('row 200, column "id": the output has "301", expected is "x1"');
  });

  it('names rows that are missing, or not expected, and how many both have', async () => {
    const { stderr, code } = await verify('csv', '--expect', inside('fewer.parquet'));
    expect(stderr).toMatch(
      /row 1333 is not expected \(in chunk-\S+\); the output has 2000 rows, \S+fewer.parquet has 1333/,
    );
    expect(code).toBe(1);
    await run(
      'short',
      'select id, price * 2 as twice, note from input where id % 3 > 0 and id < 2000',
    );
    const truth = await verify('short', '--expect', inside('truth.csv'));
    expect(truth.stderr).toMatch(/row 1333 is missing; the output has 1333 rows, \S+ has 2000/);
  });

  it('names columns that only one of both has', async () => {
    await writeFile(inside('other.csv.gz'), gzipSync('id,twice,remark\n1,2,x\n'));
    const { stderr, code } = await verify('csv', '--expect', inside('other.csv.gz'));
    expect(stderr).toContain('the output has "note", which');
    expect(stderr).toContain('has "remark", which the output has not');
    expect(code).toBe(1);
    await writeFile(
      inside('other.jsonl'),
      '\n{"id":1,"twice":0.50,"note":"note \\"1\\",\\n","more":1}\n',
    );
    const lines = await verify('csv', '--expect', inside('other.jsonl'));
    expect(lines.stderr).toContain('has "more", which the output has not');
  });

  it('is refused for a matrix, and names a table that is none', async () => {
    await writeFile(inside('m.npz'), writeNpz(BATCHES[0]!));
    await runHere(['local', 'run', inside('m.npz'), '--out', inside('matrix')]);
    const matrix = await verify('matrix', '--expect', inside('truth.csv'));
    expect(matrix.stderr).toContain('--expect compares the rows of a table');
    const absent = await verify('csv', '--expect', inside('absent.csv'));
    expect(absent.stderr).toContain('absent.csv does not exist');
  });
});
