import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headObject } from '#aws/stored-object.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { IncompleteRunError, ManifestError, OutputConflictError } from '#core/errors.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { createHandler } from '#lambdas/finalize/handler.ts';
import { publishGeneration } from '#lambdas/finalize/publish.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { planRun, writeRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { SMALL, smallText } from './small-matrix.ts';

let services: LocalServices;
let bucket: BucketContents;
let source: string;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  source = await bucket.put('small.npz', writeNpz(SMALL));
});
afterAll(() => services.close());

const schema = new URL('../../docs/manifest.schema.json', import.meta.url);
const never = new AbortController().signal;

function finalize(run: RunHeader) {
  return createHandler(stepDeps(services, services))({ run }, never);
}

/** A run of two rows per chunk whose three chunks are written. */
async function written(folder: string): Promise<RunHeader> {
  const output = { uri: `s3://${services.bucket}/${folder}` };
  const request = { source, output, chunking: { rows: 2 } };
  return await writeRun(services, services, await planRun(services, services, request));
}

const totals = {
  ...{ chunks: 3, rows: 5, counts: { nnz: 6 }, bytes: 33, contentBytes: 33 },
  crc32: crc32Hex(crc32(smallText({ rowStart: 0, rowEnd: 5 }))),
};

/** The manifest of a generation and the latest; undefined where there is none. */
async function manifestsOf({ location: { prefix }, generation }: RunHeader) {
  const own = await bucket.text(generationKey(prefix, generation));
  return [own, await bucket.text(manifestKey(prefix))];
}

/** The entry of a chunk of `SMALL`, as the bucket holds it. */
async function entryOf(run: RunHeader, index: number, rowStart: number, rowEnd: number) {
  const key = chunkKey(run, index);
  const text = smallText({ rowStart, rowEnd });
  const object = await headObject(services.s3, services.bucket, key);
  return {
    url: `s3://${services.bucket}/${key}`,
    mandatory: true,
    meta: { content_length: text.length, record_count: rowEnd - rowStart },
    ...{ index, rowStart, rowEnd },
    counts: { nnz: SMALL.indptr[rowEnd]! - SMALL.indptr[rowStart]! },
    ...{ contentBytes: text.length, crc32: crc32Hex(crc32(text)), etag: object?.etag },
  };
}

describe('Finalize', () => {
  it('proves the chunks and publishes them in order, with their totals', async () => {
    const run = await written('whole');
    expect(await finalize(run)).toEqual({
      runId: run.runId,
      manifest: `s3://${services.bucket}/whole/_manifest/manifest.json`,
      ...{ generation: 1, totals },
    });
    const [own, latest] = await manifestsOf(run);
    expect(own).toBe(latest);
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(schema, 'utf8')));
    expect(validate(JSON.parse(latest ?? ''))).toBe(true);
    const { runId, facts, output } = run;
    const own1 = { generation: 1, runId, source: run.source, facts, chunks: 3 };
    expect(parseManifest(latest ?? '')).toEqual({
      ...{ type: 'sparse-fanout-manifest', version: 7, runId, source: run.source },
      ...{ facts, output, generation: 1, totals },
      generations: [{ ...own1, rowStart: 0, rowEnd: 5 }],
      entries: [
        await entryOf(run, 0, 0, 2),
        await entryOf(run, 1, 2, 4),
        await entryOf(run, 2, 4, 5),
      ],
    });
  });

  it('ends the same way again and beside a twin, and writes one manifest', async () => {
    const run = await written('twins');
    const [first, twin] = await Promise.all([finalize(run), finalize(run)]);
    expect(twin).toEqual(first);
    const manifests = await manifestsOf(run);
    expect(await finalize(run)).toEqual(first);
    expect(await manifestsOf(run)).toEqual(manifests);
  });

  it('publishes a manifest that was written before the function was lost', async () => {
    const run = await written('lost');
    await finalize(run);
    const [own] = await manifestsOf(run);
    await bucket.remove(manifestKey('lost/'));
    expect((await finalize(run)).totals).toEqual(totals);
    expect(await manifestsOf(run)).toEqual([own, own]);
  });

  it('takes a published run as it is, and does not prove its chunks again', async () => {
    const run = await written('since');
    const first = await finalize(run);
    await bucket.put('since/data/chunk-000003.csv', 'of the next generation');
    const clients = services.connect();
    let asked = 0;
    const count = <Args, Output>(next: (args: Args) => Promise<Output>) => {
      asked += 1;
      return next;
    };
    clients.dynamo.middlewareStack.add(count, { step: 'initialize' });
    const again = createHandler(stepDeps(clients, services));
    expect(await again({ run }, never)).toEqual(first);
    expect(asked).toBe(0);
  });
});

describe('Finalize fails, and writes no manifest,', () => {
  async function expectIncomplete(run: RunHeader, problem: string): Promise<void> {
    const ended = finalize(run);
    await expect(ended).rejects.toThrow(IncompleteRunError);
    await expect(ended).rejects.toThrow(`no manifest was written: ${problem}`);
    expect(await manifestsOf(run)).toEqual([undefined, undefined]);
  }

  it('where the object of a chunk is missing', async () => {
    const run = await written('missing');
    await bucket.remove(chunkKey(run, 1));
    await expectIncomplete(run, 'the object of chunk 1 is missing');
  });

  it('where chunks were never written', async () => {
    const output = { uri: `s3://${services.bucket}/unwritten` };
    const planned = await planRun(services, services, { source, output });
    if (planned.decision !== 'write') throw new Error(planned.decision);
    await expectIncomplete(planned.run, 'chunk 0 was never started');
  });

  it('where an object of another size lies in the place of a chunk', async () => {
    const run = await written('replaced');
    await bucket.put(chunkKey(run, 2), 'longer than the chunk');
    await expectIncomplete(run, 'the object of chunk 2 has 21 bytes, the ledger says 7');
  });

  it('where another object lies among the chunks', async () => {
    const run = await written('foreign');
    await bucket.put('foreign/data/README', 'x');
    await expectIncomplete(run, 'foreign/data/README is not an object of this run');
  });

  it('where the plan is not that of the header', async () => {
    const run = await written('plan');
    await expectIncomplete({ ...run, chunks: 4 }, 'the plan has 3 of 4 chunks');
  });

  it('where another output lies at its place, and leaves that', async () => {
    const other = await written('other');
    await finalize(other);
    const [, latest] = await manifestsOf(other);
    const run = await written('raced');
    const foreign = (latest ?? '').replaceAll(other.runId, 'f'.repeat(32));
    await bucket.put(manifestKey('raced/'), foreign);
    const ended = finalize(run);
    await expect(ended).rejects.toThrow(OutputConflictError);
    await expect(ended).rejects.toThrow(
      `run ${run.runId} comes after generation 0 of s3://${services.bucket}/raced/_manifest/manifest.json, which is of generation 1 now`,
    );
    expect(await bucket.text(manifestKey('raced/'))).toBe(foreign);
  });

  it('where the manifest of its generation is gone', async () => {
    const run = await written('removed');
    const publishing = publishGeneration(services.s3, run, never);
    await expect(publishing).rejects.toThrow(ManifestError);
    await expect(publishing).rejects.toThrow(
      `s3://${services.bucket}/removed/_manifest/manifest-000001.json was removed before it was published`,
    );
    expect(await manifestsOf(run)).toEqual([undefined, undefined]);
  });
});
