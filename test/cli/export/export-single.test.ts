import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow } from '#cli/outputs/files-below.ts';
import { countMatrix } from '#support/count-matrix.ts';
import { killExport, workFolderOf } from '#support/killed-export.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { runHere } from '#test/cli/run-command.ts';
import { sha256OfChunks } from '#test/cli/run-digest.ts';

const PARTS = 8;

let directory: string;
let source: string;
let expected: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-single-'));
  source = join(directory, 'matrix.npz');
  // 54 MB of text.
  await saveNpz(source, countMatrix({ rows: 2_700, columns: 10_000, entriesPerRow: 100, seed: 1 }));
  const out = join(directory, 'chunks');
  await runHere(argsOf(out));
  expected = await sha256OfChunks(out);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function argsOf(out: string, ...more: string[]): string[] {
  return ['export', source, '--out', out, '--target-bytes', '8MiB', ...more];
}

function sha256(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

async function expectVerified(out: string): Promise<void> {
  const verified = await runHere(['verify', out, '--source', source]);
  expect(verified.stdout.toString()).toMatch(/verified 1 chunk, 2,700 rows/);
  expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([]);
}

describe('export --single', () => {
  it('writes one file by threads, with the text of all chunks', async () => {
    const out = join(directory, 'plain');
    const ended = await runHere(argsOf(out, '--single', '--threads', '3'));
    expect(ended.stderr).toContain(`${PARTS}/${PARTS} chunks`);
    expect(await readdir(join(out, 'data'))).toEqual(['rows.csv']);
    expect(sha256(await readFile(join(out, 'data', 'rows.csv')))).toBe(expected);
    const manifest = JSON.parse(await readFile(join(out, '_manifest', 'manifest.json'), 'utf8'));
    expect(manifest.entries).toHaveLength(1);
    await expectVerified(out);
  });

  it('writes one file of gzip members', async () => {
    const out = join(directory, 'gzip');
    await runHere(argsOf(out, '--single', '--compression', 'gzip'));
    const text = gunzipSync(await readFile(join(out, 'data', 'rows.csv.gz')));
    expect(sha256(text)).toBe(expected);
    await expectVerified(out);
  });

  it('goes on after SIGKILL', async () => {
    const out = join(directory, 'killed');
    const work = workFolderOf(out);
    const isTime = async () =>
      (await filesBelow(work)).some((name) => /chunks-[^/]+\/\d{6}\.json$/.test(name));
    const [, ...args] = argsOf(out, '--single', '--threads', '1');
    expect(await killExport(args, isTime)).toBe('killed');
    const ended = await runHere(argsOf(out, '--single'));
    expect(ended.code).toBe(0);
    expect(sha256(await readFile(join(out, 'data', 'rows.csv')))).toBe(expected);
    await expectVerified(out);
  });
});
