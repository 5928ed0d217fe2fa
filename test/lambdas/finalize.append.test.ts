import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { createHandler } from '#lambdas/finalize/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { planRun, runSteps, writeRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { SMALL, smallText } from './small-matrix.ts';

let services: LocalServices;
let bucket: BucketContents;
let sources: { readonly first: string; readonly second: string };

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  const one = { ...SMALL, shape: [1, 3], indptr: [0, 1], indices: [2], data: [7n] };
  sources = {
    first: await bucket.put('first.npz', writeNpz(SMALL)),
    second: await bucket.put('second.npz', writeNpz(one)),
  };
});
afterAll(() => services.close());

const never = new AbortController().signal;

function finalize(run: RunHeader) {
  return createHandler(stepDeps(services, services))({ run }, never);
}

/** An appended run whose chunks are written. */
async function written(source: string, folder: string, rows = 3): Promise<RunHeader> {
  const output = { uri: `s3://${services.bucket}/${folder}/`, mode: 'append' };
  const request = { source, output, chunking: { rows } };
  return await writeRun(services, services, await planRun(services, services, request));
}

/** An output of one generation, and a run that is written to come after it. */
async function appended(folder: string) {
  const first = await written(sources.first, folder);
  await finalize(first);
  return { first, second: await written(sources.second, folder) };
}

async function manifestAt(key: string) {
  return parseManifest((await bucket.text(key)) ?? '');
}

describe('Finalize of an append', () => {
  it('copies the entries of its base before its own, and links its manifest', async () => {
    const { first, second } = await appended('batches');
    const baseText = (await bucket.text(generationKey('batches/', 1))) ?? '';
    const base = parseManifest(baseText);
    const text = `${smallText({ rowStart: 0, rowEnd: 5 })}0,0,7\n`;
    const totals = {
      ...{ chunks: 3, rows: 6, counts: { nnz: 7 }, bytes: text.length },
      ...{ contentBytes: text.length, crc32: crc32Hex(crc32(text)) },
    };
    expect(await finalize(second)).toEqual({
      runId: second.runId,
      manifest: `s3://${services.bucket}/batches/_manifest/manifest.json`,
      ...{ generation: 2, totals },
    });
    const manifest = await manifestAt(manifestKey('batches/'));
    expect(await manifestAt(generationKey('batches/', 2))).toEqual(manifest);
    expect(manifest).toMatchObject({
      ...{ runId: second.runId, source: second.source, generation: 2, totals },
      facts: { kind: 'matrix', format: 'npz', shape: [6, 3], dtype: 'int64', nnz: 7 },
      previous: {
        ...{ generation: 1, bytes: Buffer.byteLength(baseText) },
        crc32: crc32Hex(crc32(baseText)),
      },
      generations: [
        { generation: 1, runId: first.runId, rowStart: 0, rowEnd: 5, chunks: 2 },
        { generation: 2, runId: second.runId, rowStart: 5, rowEnd: 6, chunks: 1 },
      ],
    });
    expect(manifest.entries.slice(0, 2)).toEqual(base.entries);
    expect(manifest.entries.slice(2)).toMatchObject([
      { url: `s3://${services.bucket}/batches/data/chunk-000002.csv`, rowStart: 5, rowEnd: 6 },
    ]);
    expect(await bucket.text(generationKey('batches/', 1))).toBe(baseText);
  });

  it('answers for an earlier generation with what that one was', async () => {
    const { first, second } = await appended('earlier');
    await finalize(second);
    const latest = await bucket.text(manifestKey('earlier/'));
    expect(await finalize(first)).toMatchObject({
      generation: 1,
      totals: { chunks: 2, rows: 5, counts: { nnz: 6 } },
    });
    expect(await bucket.text(manifestKey('earlier/'))).toBe(latest);
  });

  it.each([
    ['chunks', { chunks: 1, rows: 5, since: 1 }],
    ['rows', { chunks: 2, rows: 4, since: 1 }],
  ])('fails where its base has other %s than when it was planned', async (name, base) => {
    const { second } = await appended(`base-${name}`);
    const latest = await bucket.text(manifestKey(`base-${name}/`));
    const ended = finalize({ ...second, base });
    await expect(ended).rejects.toThrow(ManifestError);
    await expect(ended).rejects.toThrow(
      `${services.bucket}/base-${name}/_manifest/manifest-000001.json has generation 1 with 2 chunks and 5 rows, but had generation 1 with ${base.chunks} chunks and ${base.rows} rows when the run was planned`,
    );
    expect(await bucket.text(generationKey(`base-${name}/`, 2))).toBeUndefined();
    expect(await bucket.text(manifestKey(`base-${name}/`))).toBe(latest);
  });

  it('fails where the manifest of its base is another one', async () => {
    const { second } = await appended('swapped');
    const { second: other } = await appended('donor');
    await finalize(other);
    const donor = (await bucket.text(generationKey('donor/', 2))) ?? '';
    await bucket.put(generationKey('swapped/', 1), donor);
    await expect(finalize(second)).rejects.toThrow(
      / has generation 2 with 3 chunks and 6 rows, but had generation 1 with 2 /,
    );
  });

  it('fails where the manifest of its base is of another generation', async () => {
    const { second } = await appended('number');
    const key = generationKey('number/', 1);
    const text = (await bucket.text(key)) ?? '';
    const other = text.replace('"generation":1,"generations"', '"generation":2,"generations"');
    expect(other).not.toBe(text);
    await bucket.put(key, other);
    await expect(finalize(second)).rejects.toThrow(ManifestError);
    expect(await bucket.text(generationKey('number/', 2))).toBeUndefined();
  });

  it('fails where the manifest of its base is gone', async () => {
    const { second } = await appended('gone');
    await bucket.remove(generationKey('gone/', 1));
    await expect(finalize(second)).rejects.toThrow(/manifest-000001\.json is missing/);
  });

  it('fails where the latest manifest is no longer that of its base, and overwrites nothing', async () => {
    const { second } = await appended('latest');
    await bucket.remove(manifestKey('latest/'));
    const ended = finalize(second);
    await expect(ended).rejects.toThrow(OutputConflictError);
    await expect(ended).rejects.toThrow(
      `run ${second.runId} comes after generation 1 of s3://${services.bucket}/latest/_manifest/manifest.json, which is of generation 0 now (0: none is there); nothing was overwritten, so restore it`,
    );
    expect(await bucket.text(manifestKey('latest/'))).toBeUndefined();
  });
});

describe('Finalize of an append after a long manifest', () => {
  /** With such keys a manifest is long after few chunks. */
  const DEEP = 'deep/'.repeat(120);

  const rows = Array.from({ length: 90 }, (_, row) => row);
  const long = {
    ...{ ...SMALL, shape: [90, 3], indptr: [...rows, 90] },
    ...{ indices: rows.map((row) => row % 3), data: rows.map(BigInt) },
  };

  /** An output whose second generation links the first one, and whose third repeats the second. */
  async function linked(folder: string) {
    const source = await bucket.put('long.npz', writeNpz(long));
    const first = await written(source, folder, 1);
    await finalize(first);
    const second = await written(sources.second, folder);
    await finalize(second);
    return { first, second, third: await written(sources.first, folder) };
  }

  it('links it, and lists only what came since', async () => {
    const { first, second, third } = await linked(`${DEEP}links`);
    expect(await finalize(third)).toMatchObject({
      ...{ generation: 3, totals: { chunks: 93, rows: 96, counts: { nnz: 97 } } },
    });
    const manifest = await manifestAt(manifestKey(`${DEEP}links/`));
    const text = (await bucket.text(generationKey(`${DEEP}links/`, 1))) ?? '';
    const { totals } = parseManifest(text);
    expect(manifest).toMatchObject({
      facts: { shape: [96, 3], nnz: 97 },
      earlier: [
        {
          ...{ generation: 1, bytes: text.length, crc32: crc32Hex(crc32(text)), first: 1, totals },
          url: `s3://${services.bucket}/${DEEP}links/_manifest/manifest-000001.json`,
        },
      ],
      generations: [
        { generation: 2, rowStart: 90, rowEnd: 91 },
        { generation: 3, rowStart: 91, rowEnd: 96 },
      ],
    });
    expect(manifest.entries.map(({ index }) => index)).toEqual([90, 91, 92]);
    for (const [run, rows] of [[first, 90] as const, [second, 91] as const]) {
      expect(await finalize(run)).toMatchObject({ totals: { rows } });
    }
    await expect(finalize({ ...first, runId: 'f'.repeat(32) })).rejects.toThrow();
  });

  it('is found complete by Plan, and by nobody where the long manifest is another one', async () => {
    const { first } = await linked(`${DEEP}found`);
    const output = { uri: `s3://${services.bucket}/${DEEP}found/`, mode: 'append' };
    const request = { source: first.source.uri, output, chunking: { rows: 1 } };
    expect(await runSteps(services, services, request)).toBe('complete');
    const key = generationKey(`${DEEP}found/`, 1);
    const text = (await bucket.text(key)) ?? '';
    await bucket.put(key, text.replace('"etag":"', '"etag":"0'));
    const again = runSteps(services, services, request);
    await expect(again).rejects.toThrow(ManifestError);
    await expect(again).rejects.toThrow(/manifest-000001\.json has .* a later manifest says /);
    await bucket.remove(key);
    await expect(runSteps(services, services, request)).rejects.toThrow(/json is missing, a later/);
  });
});
