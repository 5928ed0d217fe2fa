import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { wideMatrix } from '#support/wide-single.ts';
import { runHere } from '#test/cli/run-command.ts';

let directory: string;
let source: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-single-'));
  source = join(directory, 'wide.npz');
  await writeFile(source, wideMatrix());
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Runs it into a directory of this name. @returns the bytes of all of its data, in order */
async function run(name: string, ...options: string[]): Promise<Buffer> {
  const out = join(directory, name);
  const line = ['local', 'run', source, '--out', out, '--rows-per-chunk', '1', ...options];
  const ended = await runHere(line);
  expect(ended.stderr).not.toMatch(/error/i);
  expect(ended.code).toBe(0);
  const data = join(out, 'data');
  const files = readdirSync(data).sort();
  return Buffer.concat(await Promise.all(files.map((file) => readFile(join(data, file)))));
}

async function verified(name: string) {
  const sampled = ['--source', source, '--sample', '4', '--json'];
  return await runHere(['verify', join(directory, name), ...sampled]);
}

describe('local run --single', { timeout: patience(20_000) }, () => {
  it('writes what the chunks are one after the other, as one file', async () => {
    const chunked = await run('chunks');
    const single = await run('single', '--single');
    expect(readdirSync(join(directory, 'single/data'))).toEqual(['rows.csv']);
    expect(sha256(single)).toBe(sha256(chunked));
    const gzip = await run('gzip', '--single', '--compression', 'gzip');
    expect(readdirSync(join(directory, 'gzip/data'))).toEqual(['rows.csv.gz']);
    expect(sha256(gunzipSync(gzip))).toBe(sha256(chunked));
  });

  it('is verified segment by segment, each of which the source gives again', async () => {
    for (const name of ['single', 'gzip']) {
      const { stdout, stderr, code } = await verified(name);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout.toString())).toMatchObject({
        ...{ chunks: 1, rows: 4, rederived: [0, 1, 2, 3] },
      });
    }
  });

  it('fails to verify where a byte of a segment is another', async () => {
    const path = join(directory, 'single/data/rows.csv');
    const bytes = await readFile(path);
    bytes[bytes.length - 3] = '9'.charCodeAt(0);
    await writeFile(path, bytes);
    const { stderr, code } = await verified('single');
    expect(stderr).toMatch(/segment 3 has 5400000 bytes of text and CRC-32 .*, the manifest says/);
    expect(code).toBe(1);
  });

  it('is refused beside append, naming the command that joins chunks', async () => {
    const out = join(directory, 'chunks');
    const line = `local run ${source} --out ${out} --single --mode append`;
    const ended = await runHere(line.split(' '));
    expect(ended.stderr).toMatch(/output.single must be left out where mode is 'append'.*assemble/);
    expect(ended.code).toBe(2);
  });

  it('says in a dry run how many parts there would be', async () => {
    const out = join(directory, 'never');
    const line = `local run ${source} --out ${out} --single --target-bytes 1 --dry-run --json`;
    const ended = await runHere(line.split(' '));
    expect(JSON.parse(ended.stdout.toString()).summary.chunks).toBe(4);
  });
});
