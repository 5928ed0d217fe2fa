import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUri } from '#cli/sources/location.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { type Manifest, type ManifestEntry, parseManifest } from '#core/manifest/manifest.ts';
import { manifestText } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { BATCHES } from '#support/matrix-batches.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const HEADER = 'id,note,price\n';
const lines = Array.from({ length: 100 }, (_, id) => `${id},note ${id % 7},${id}.50\n`);

let directory: string;
const inside = (...names: string[]) => join(directory, ...names);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-table-'));
  await writeFile(inside('t.csv'), HEADER + lines.join(''));
  const schema = [
    { name: 'id', type: 'bigint' },
    { name: 'note', type: 'varchar' },
    { name: 'price', type: 'integer', lossy: true },
  ];
  await writeFile(inside('schema.json'), JSON.stringify(schema));
  for (const format of ['parquet', 'csv']) {
    const asked = ['--schema', inside('schema.json'), '--rows-per-chunk', '20'];
    const out = ['--out', inside(format), '--output-format', format, '--concurrency', '1'];
    const ended = await runHere(['--json', 'local', 'run', inside('t.csv'), ...asked, ...out]);
    expect(ended.stderr).not.toContain('Error');
    expect(ended.code).toBe(0);
  }
}, patience(30_000));
afterAll(() => rm(directory, { recursive: true }));

async function manifestOf(out: string): Promise<Manifest> {
  return parseManifest(await readFile(inside(out, '_manifest', 'manifest.json'), 'utf8'));
}

/** Writes the manifests of an output again, with totals that fit. */
async function rewrite(out: string, { entries, totals: _, ...head }: Manifest): Promise<void> {
  const listed = (async function* () {
    yield* entries;
  })();
  const text = (
    await Array.fromAsync(manifestText(head, listed, { totals: new TotalsBuilder() }))
  ).join('');
  for (const name of ['manifest.json', 'manifest-000001.json']) {
    await writeFile(inside(out, '_manifest', name), text);
  }
}

/** Puts other bytes into a file, which its manifest says it has. */
async function replaceFile(out: string, index: number, bytes: Buffer): Promise<void> {
  const manifest = await manifestOf(out);
  const entry = manifest.entries[index]! as ManifestEntry;
  await writeFile(inside(out, 'data', entry.url.split('/').at(-1)!), bytes);
  Object.assign(entry, { crc32: crc32Hex(crc32(bytes)), contentBytes: bytes.length });
  Object.assign(entry.meta, { content_length: bytes.length });
  await rewrite(out, manifest);
}

async function fileOf(out: string, index: number): Promise<Buffer> {
  const { entries } = await manifestOf(out);
  return await readFile(inside(out, 'data', entries[index]!.url.split('/').at(-1)!));
}

function verify(out: string, ...options: string[]) {
  return runHere(['verify', inside(out), '--source', ...options]);
}

/** Does something to an output that is put back. */
async function changed(out: string, index: number, use: () => Promise<void>): Promise<void> {
  const [bytes, manifest] = [await fileOf(out, index), await manifestOf(out)];
  try {
    await use();
  } finally {
    await replaceFile(out, index, bytes);
    await rewrite(out, manifest);
  }
}

describe('verify --source of a table', { timeout: patience(20_000) }, () => {
  it('makes the first file, the last and some between again, or all', async () => {
    const some = await verify('parquet', inside('t.csv'));
    expect(some.stderr).toBe('');
    expect(some.stdout.toString()).toMatch(/derived again and equal: chunks 0, [123], 4\n$/);
    const two = await verify('csv', inside('t.csv'), '--sample', '1');
    expect(two.stdout.toString()).toMatch(/chunks 0, 4\n$/);
    const all = await verify('csv', inside('t.csv'), '--sample', '9');
    expect(all.stdout.toString()).toMatch(/chunks 0, 1, 2, 3, 4\n$/);
  });

  it('names file and byte of a byte that is another one, though its CRC-32 is right', async () => {
    await changed('csv', 4, async () => {
      const bytes = await fileOf('csv', 4);
      const at = bytes.indexOf('note 3');
      bytes[at] = 'N'.charCodeAt(0);
      await replaceFile('csv', 4, bytes);
      const { stderr, code } = await verify('csv', inside('t.csv'));
      const line = bytes.subarray(0, at).toString().split('\n').length;
      expect(stderr).toMatch(
        new RegExp(`chunk 4 \\(s3://\\S+\\) differs .* at byte ${at}, in line ${line}\n`),
      );
      expect(code).not.toBe(0);
    });
    await changed('parquet', 0, async () => {
      const bytes = await fileOf('parquet', 0);
      bytes[bytes.length - 20]! ^= 1;
      await replaceFile('parquet', 0, bytes);
      const { stderr } = await verify('parquet', inside('t.csv'));
      expect(stderr).toMatch(/chunk 0 \(\S+\) differs from what the source gives at byte \d+/);
    });
  });

  it('names the first row of Parquet with other values', async () => {
    await writeFile(inside('other.csv'), HEADER + lines.with(3, '3,note X,3.50\n').join(''));
    const { stderr } = await verify('parquet', inside('other.csv'));
    expect(stderr).toMatch(/chunk 0 .* at byte \d+, first in its row 3\n/);
  });

  it('refuses another source, one that was changed where it lies, and flags', async () => {
    await writeFile(inside('short.csv'), HEADER + lines.slice(1).join(''));
    const other = await verify('parquet', inside('short.csv'));
    expect(other.stderr).toContain('the source has 1 objects of');
    expect((await verify('parquet', inside('t.csv'), '--format', 'npz')).stderr).toContain(
      'the manifest says how the table is read, got format of its source too',
    );
    await changed('csv', 0, async () => {
      const manifest = await manifestOf('csv');
      manifest.generations[0]!.source.uri = await asUri(inside('t.csv'));
      await rewrite('csv', manifest);
      const { stderr } = await verify('csv', inside('t.csv'));
      expect(stderr).toMatch(/SourceChangedError|was changed since it was exported/);
    });
  });

  it('refuses files of another engine, and manifests that do not say how', async () => {
    await changed('csv', 0, async () => {
      const manifest = await manifestOf('csv');
      const [generation] = manifest.generations;
      for (const facts of [manifest.facts, generation!.facts]) {
        Object.assign(facts, { engine: 'DuckDB 0.1' });
      }
      await rewrite('csv', manifest);
      expect((await verify('csv', inside('t.csv'))).stderr).toContain('written by DuckDB 0.1');
      generation!.read = undefined;
      await rewrite('csv', manifest);
      expect((await verify('csv', inside('t.csv'))).stderr).toContain(
        'does not say how the source was read',
      );
    });
  });
});

describe('local run --dry-run', { timeout: patience(30_000) }, () => {
  it('says what a table and a matrix would become, and writes nothing', async () => {
    const asked = ['--schema', inside('schema.json'), '--rows-per-chunk', '20', '--dry-run'];
    const run = ['local', 'run', inside('t.csv'), ...asked, '--out', inside('none')];
    const { stdout, stderr } = await runHere(run);
    expect(stdout.toString(), stderr).toMatch(
      /^run {6}\w{32}, a dry run: nothing was written\nrows {5}about 100\nfiles {4}5 of \d+ bytes to \d+ bytes\nbytes {4}about .* stored\ntime {5}about \d+ s on AWS/,
    );
    expect(stdout.toString()).toMatch(
      /\nprice {4}\$0\.\d+ to write \(.*\)\n +\$0\.\d+ a month to keep; .*\nsmaller {2}"id" is BIGINT, its sampled values fit TINYINT; what was not sampled may be larger\nsmaller {2}"price" is INTEGER, .* fit TINYINT;/,
    );
    await writeFile(inside('c.sql'), "select id, '<' || note as note from input where id > 1");
    const made = await runHere([...run, '--transform', inside('c.sql')]);
    expect(made.stdout.toString(), made.stderr).toMatch(
      /\n\ntransformed {2}type {5}row 0 {4}row 1 {4}row 2\nid {11}BIGINT {3}2 {8}3 {8}4\nnote {9}VARCHAR {2}<note 2 {2}<note 3/,
    );
    await writeFile(inside('request.json'), JSON.stringify({ dryRun: true }));
    await writeFile(inside('m.npz'), writeNpz(BATCHES[0]!));
    const matrix = ['--request', inside('request.json'), '--out', inside('none')];
    const dry = await runHere(['--json', 'local', 'run', inside('m.npz'), ...matrix]);
    expect(JSON.parse(dry.stdout.toString())).toMatchObject({
      decision: 'dry-run',
      summary: { chunks: 1 },
    });
    await expect(readFile(inside('none', '_manifest', 'manifest.json'))).rejects.toThrow('ENOENT');
  });
});
