import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const ROWS = 18_000;
const text = `id,text\n${Array.from({ length: ROWS }, (_, row) => `${row},${String(row % 10).repeat(1_000)}\n`).join('')}`;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-single-table-'));
  await writeFile(join(directory, 'table.csv'), text);
  const schema = [
    { name: 'id', type: 'INTEGER' },
    { name: 'text', type: 'VARCHAR' },
  ];
  await writeFile(join(directory, 'schema.json'), JSON.stringify(schema));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it.each([
  ['none', 'rows.csv'],
  ['gzip', 'rows.csv.gz'],
])(
  'writes a table as one file, %s, which verify makes again from its source',
  {
    timeout: patience(60_000),
  },
  async (compression, name) => {
    const source = join(directory, 'table.csv');
    const out = join(directory, compression);
    const form = `--output-format csv --compression ${compression} --single`;
    const line = `local run ${source} --schema ${directory}/schema.json --out ${out} ${form} --rows-per-chunk 6000`;
    const ended = await runHere(line.split(' '));
    expect(ended.stderr).not.toMatch(/error/i);
    expect(ended.code).toBe(0);
    const bytes = await readFile(join(out, 'data', name));
    const written = compression === 'gzip' ? gunzipSync(bytes) : bytes;
    expect(written.toString() === text).toBe(true);
    const verified = await runHere(['verify', out, '--source', source, '--sample', '3', '--json']);
    expect(verified.stderr).toBe('');
    expect(JSON.parse(verified.stdout.toString()).rederived).toEqual([0, 1, 2]);
    const expected = await runHere(['verify', out, '--expect', source, '--json']);
    expect(expected.stderr).toBe('');
    expect(expected.code).toBe(0);
  },
);
