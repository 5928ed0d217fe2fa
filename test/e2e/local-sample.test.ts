import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';
import { folderOf, parquetOf } from '#test/cli/tables-case.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await folderOf(files);
  folders.push(folder);
  return folder;
}

const ids = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, at) => start + at);
const csv = (start: number, end: number) =>
  `id,note\n${ids(start, end)
    .map((id) => `${id},"a\n${id}"\n`)
    .join('')}`;
const jsonl = (start: number, end: number) =>
  ids(start, end)
    .map((id) => `{"id":${id},"note":"é${id}"}\n`)
    .join('');

const SCHEMA = { id: 'bigint', note: 'varchar' };

/** Runs a request over the first rows of a source, as CSV. @returns the lines, and the manifest */
async function sampled(source: string, rows: number, request: object = { schema: SCHEMA }) {
  const folder = await folderWith({ 'request.json': JSON.stringify(request) });
  const out = join(folder, 'out');
  const asked = ['--request', join(folder, 'request.json'), '--sample', `${rows}`];
  const form = ['--output-format', 'csv', '--out', out];
  const ended = await runHere(['local', 'run', source, ...asked, ...form]);
  expect(ended.stderr).not.toMatch(/error/i);
  expect(ended.stdout.toString()).toMatch(/sample {3}the first [\d,]+ rows of the source alone/);
  const manifest = parseManifest(await readFile(join(out, '_manifest', 'manifest.json'), 'utf8'));
  const texts = await Promise.all(
    manifest.entries.map(({ url }) => readFile(join(out, 'data', url.split('/').at(-1)!), 'utf8')),
  );
  expect((await runHere(['verify', out])).code).toBe(0);
  return { text: texts.join(''), manifest };
}

const idsIn = (text: string) => [...text.matchAll(/^(\d+),/gm)].map(([, id]) => Number(id));

describe('local run --sample', { timeout: patience(30_000) }, () => {
  it('runs over the first rows of the objects of a folder, cut as they are compressed', async () => {
    const folder = await folderWith({
      'day=1/a.csv.gz': gzipSync(csv(0, 40)),
      'day=2/b.csv.gz': gzipSync(csv(40, 90)),
      'day=3/c.csv.gz': gzipSync(csv(90, 99)),
    });
    const schema = { ...SCHEMA, day: 'integer' };
    const { text, manifest } = await sampled(`${folder}/`, 55, { schema });
    expect(idsIn(text)).toEqual(ids(0, 55));
    expect(text.trimEnd().endsWith('54",2')).toBe(true);
    expect(manifest.facts).toMatchObject({ objects: 2 });
    expect(manifest.generations[0]!.source.uri).toContain('/first-55-rows/');
  });

  it('transforms them, and expects of them no more rows than they are', async () => {
    const folder = await folderWith({ 'a.jsonl.zst': zstdCompressSync(jsonl(0, 200)) });
    const transform = { sql: 'select id, note from input where id % 2 = 0' };
    const request = { schema: SCHEMA, transform, expect: { rows: 100, columns: 2 } };
    const { text, manifest } = await sampled(join(folder, 'a.jsonl.zst'), 7, request);
    expect(idsIn(text)).toEqual([0, 2, 4, 6]);
    expect(manifest.totals).toMatchObject({ rows: 4, counts: { filtered: 3 } });
  });

  it('cuts a row group, and takes whole what has no more rows', async () => {
    const file = await parquetOf(
      'SELECT range AS id, (range % 256)::UTINYINT AS note FROM range(5000)',
      2048,
    );
    const cut = await sampled(file, 2100, { output: { files: 2 } });
    expect(idsIn(cut.text)).toEqual(ids(0, 2100));
    expect(cut.manifest.columns).toEqual([
      { name: 'id', type: 'BIGINT' },
      { name: 'note', type: 'UTINYINT' },
    ]);
    const whole = await sampled(file, 5000, {});
    expect(whole.manifest.totals.rows).toBe(5000);
    expect(whole.manifest.facts).toMatchObject({ bytes: (await readFile(file)).length });
  });

  it('shows by verify --expect where a transform is wrong', async () => {
    const amounts = Array.from({ length: 5000 }, (_, id) => ((id * 37) % 1000) / 10);
    const lines = amounts.map((amount, id) => `${id},${amount.toFixed(1)}\n`);
    // What the transform was meant to make: whole units, cut off, of all amounts above 1.
    const truth = amounts
      .slice(0, 1000)
      .flatMap((amount, id) => (amount > 1 ? [`${id},${Math.trunc(amount)}\n`] : []));
    const folder = await folderWith({
      'a.csv': `id,amount\n${lines.join('')}`,
      'schema.json': '{"id":"bigint","amount":"decimal(5,1)"}',
      'truth.csv': `id,units\n${truth.join('')}`,
      'wrong.sql': 'select id, cast(amount as integer) as units from input where amount > 1',
      'right.sql': 'select id, cast(trunc(amount) as integer) as units from input where amount > 1',
    });
    const at = (name: string) => join(folder, name);
    const verified = async (name: string) => {
      const asked = ['--schema', at('schema.json'), '--transform', at(`${name}.sql`)];
      const out = ['--sample', '1000', '--out', at(name)];
      expect((await runHere(['local', 'run', at('a.csv'), ...asked, ...out])).code).toBe(0);
      return await runHere(['verify', at(name), '--expect', at('truth.csv')]);
    };
    const wrong = await verified('wrong');
    // 3.7 of id 1 is 4 by a cast.
    expect(wrong.stderr).toContain('row 0, column "units": the output has "4", expected is "3"');
    expect(wrong.code).toBe(1);
    const right = await verified('right');
    expect(right.stderr).toBe('');
    expect(right.code).toBe(0);
  });

  it('is refused of a matrix, and as a generation', async () => {
    const folder = await folderWith({ 'a.csv': 'id\n1\n' });
    await writeFile(
      join(folder, 'm.mtx'),
      '%%MatrixMarket matrix coordinate real general\n0 0 0\n',
    );
    const run = (...args: string[]) =>
      runHere(['local', 'run', ...args, '--out', join(folder, 'o'), '--sample', '3']);
    const matrix = await run(join(folder, 'm.mtx'));
    expect(matrix.stderr).toContain('--sample takes the first rows of a table');
    expect(matrix.code).not.toBe(0);
    expect((await run(join(folder, 'a.csv'), '--mode', 'append')).stderr).toContain('--mode');
  });
});
