import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { goldenPath } from '#support/golden.ts';
import { type Ended, runHere } from '#test/cli/run-command.ts';
import { writeRun } from '#test/cli/write-run.ts';

const SOURCE = goldenPath('inputs/dtype-float64.npz');
const ROWS_PER_CHUNK = 7;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'verify-'));
  await writeRun(directory, SOURCE, ROWS_PER_CHUNK, 'first-chunk');
});

afterEach(() => rm(directory, { recursive: true }));

const chunk = (index: number) => join(directory, 'data', `chunk-00000${index}.csv`);

/** Changes the manifest as JSON, and keeps its shape. */
async function edit(change: (manifest: Manifest) => void): Promise<void> {
  const pathOf = (name: string) => join(directory, '_manifest', name);
  const manifest = parseManifest(await readFile(pathOf('manifest.json'), 'utf8'));
  change(manifest);
  for (const name of ['manifest-000001.json', 'manifest.json']) {
    await writeFile(pathOf(name), JSON.stringify(manifest));
  }
}

async function verify(...options: string[]): Promise<Ended> {
  return await runHere(['verify', directory, ...options]);
}

async function expectRefusal(sentence: RegExp, ...options: string[]): Promise<void> {
  const ended = await verify(...options);
  expect(ended.stderr).toMatch(sentence);
  expect(ended.stderr).toMatch(/^error: ManifestError: [^\n]+\n$/);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toHaveLength(0);
}

describe('verify', () => {
  test('accepts a run as it was written', async () => {
    const ended = await verify('--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const chunks = [0, 1, 2, 3, 4, 5].slice(0, JSON.parse(ended.stdout.toString()).chunks);
    const text = Buffer.concat(await Promise.all(chunks.map((index) => readFile(chunk(index)))));
    expect(JSON.parse(ended.stdout.toString())).toMatchObject({
      bytes: text.length,
      rederived: [],
    });
  });

  test('derives a sample of chunks from the source again, always the same for one seed', async () => {
    const sampled = async (seed: string) => {
      const ended = await verify('--source', SOURCE, '--sample', '2', '--seed', seed, '--json');
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      return JSON.parse(ended.stdout.toString()).rederived;
    };
    const first = await sampled('7');
    expect(first).toHaveLength(2);
    expect(await sampled('7')).toEqual(first);
  });

  test('derives all chunks again when the sample is larger than the run', async () => {
    const ended = await verify('--source', SOURCE, '--sample', '1000', '--json');
    const { rederived, chunks } = JSON.parse(ended.stdout.toString());
    expect(rederived).toEqual(Array.from({ length: chunks }, (_, index) => index));
  });

  test('fails for a chunk that is missing', async () => {
    await rm(chunk(1));
    await expectRefusal(/chunk 1 is missing/);
  });

  test('fails for a chunk that was cut', async () => {
    await truncate(chunk(1), 10);
    await expectRefusal(/chunk 1 has 10 bytes, the manifest says \d+/);
  });

  test('fails for a chunk in which one byte was changed', async () => {
    const text = await readFile(chunk(2));
    text[0] = text[0]! ^ 1;
    await writeFile(chunk(2), text);
    await expectRefusal(/chunk 2 has CRC-32 [0-9a-f]{8}, the manifest says [0-9a-f]{8}/);
  });

  test('fails for a file beside the chunks that is no chunk', async () => {
    await writeFile(join(directory, 'data', 'notes.txt'), '');
    await expectRefusal(/notes\.txt lies beside the chunks/);
  });

  test('fails for two chunks that were swapped', async () => {
    await edit(({ entries }) => entries.splice(1, 2, entries[2]!, entries[1]!));
    await expectRefusal(/entry 1 is chunk 2; chunk 2 begins at row 14, not at 7/);
  });

  test('fails for a gap between chunks', async () => {
    await edit(({ entries }) => {
      entries[1]!.rowStart += 1;
    });
    await expectRefusal(/chunk 1 begins at row 8, not at 7; chunk 1 says 7 records for its rows/);
  });

  test('fails for rows that are missing at the end', async () => {
    await edit(({ entries }) => entries.splice(-1));
    await expectRefusal(/totals\.chunks is .*; the chunks hold \d+ of \d+ rows|totals\.rows/);
  });

  test('fails for a composed CRC-32 that is not that of the chunks', async () => {
    await edit(({ totals }) => {
      totals.crc32 = '00000000';
    });
    await expectRefusal(/totals\.crc32 is 00000000, not [0-9a-f]{8}/);
  });

  test('fails for a manifest of a later version', async () => {
    await edit((manifest) => Object.assign(manifest, { version: 8 }));
    await expectRefusal(/version/);
  });

  test('fails for another source than that of the run', async () => {
    const source = goldenPath('inputs/dtype-float32.npz');
    await expectRefusal(/the source's size is \d+, the manifest says \d+/, '--source', source);
  });

  test('fails for a forged chunk with the right figures when it is derived again', async () => {
    await rm(directory, { recursive: true });
    await writeRun(directory, SOURCE, 1000);
    const text = await readFile(chunk(0));
    text[0] = text[0] === 49 ? 50 : 49;
    await writeFile(chunk(0), text);
    await edit(({ entries, totals }) => {
      entries[0]!.crc32 = crc32Hex(crc32(text));
      totals.crc32 = entries[0]!.crc32;
    });
    expect((await verify()).code).toBe(0);
    await expectRefusal(/chunk 0 differs at byte 0 from what the source gives/, '--source', SOURCE);
  });
});
