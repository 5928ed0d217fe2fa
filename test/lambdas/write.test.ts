import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '#aws/ledger.ts';
import { PART_BUFFERS } from '#aws/part-sink.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import { OutputConflictError, SourceChangedError, TimeoutSoonError } from '#core/errors.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import { layoutKey } from '#core/run/output-keys.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { createHandler } from '#lambdas/write/handler.ts';
import { goldenBytes } from '#support/golden.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { type Clients, type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { stepDeps } from '#support/step-deps.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

const never = new AbortController().signal;
const chunk = { index: 0, rowStart: 0, rowEnd: 5 };

function writer(clients: Clients = services) {
  return createHandler({
    ...stepDeps(clients, services),
    room: openEncoderRoom({ count: PART_BUFFERS, bytes: PART_BYTES }),
  });
}

async function newRun(name: string, bytes = goldenBytes('inputs/dtype-int64.npz')) {
  const { s3, bucket } = services;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes }));
  const source = await pinSource(s3, { uri: `s3://${bucket}/${name}` });
  const { layout } = await openMatrix(s3Source(s3, source));
  const location = { bucket, prefix: `${name}-out/` };
  const Key = layoutKey(location.prefix, 1);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(layout) }));
  const run: RunHeader = {
    runId: Buffer.from(name.padEnd(16)).toString('hex').slice(0, 32),
    source,
    facts: factsOf(layout),
    output: PLAIN_CSV,
    location,
    generation: 1,
    base: EMPTY_BASE,
    chunks: 1,
  };
  return run;
}

async function stored(run: RunHeader): Promise<string> {
  const Key = `${run.location.prefix}data/chunk-000000.csv`;
  const { Body } = await services.s3.send(new GetObjectCommand({ Bucket: services.bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

async function record(run: RunHeader) {
  const ledger = new Ledger(services.dynamo, services.table, run.runId, () => new Date());
  return (await Array.fromAsync(ledger.chunks()))[0];
}

/** A matrix whose text takes several parts. */
function wide(columns: number): Uint8Array<ArrayBuffer> {
  return writeNpz({
    shape: [2, columns],
    dtype: 'int8',
    indptr: [0, 1, 2],
    indices: [0, 1],
    data: [1, 2],
  });
}

describe('Write', () => {
  it('writes a chunk, records it, and skips it the next time', async () => {
    const run = await newRun('skip');
    const first = await writer()({ run, chunk }, never);
    expect(first).toMatchObject({ index: 0, skipped: false });
    expect((await stored(run)).split('\n')).toHaveLength(6);
    expect(await record(run)).toMatchObject({ status: 'done', tries: 1, bytes: first.bytes });
    expect(await writer()({ run, chunk }, never)).toEqual({ ...first, skipped: true });
  });

  it('finds a chunk that was written but not recorded, and records it', async () => {
    const [run, twin] = [await newRun('unrecorded'), await newRun('unrecorded')];
    await writer()({ run, chunk }, never);
    const forgotten = { ...twin, runId: 'f'.repeat(32) };
    expect(await writer()({ run: forgotten, chunk }, never)).toMatchObject({ skipped: false });
    expect(await record(forgotten)).toMatchObject({ status: 'done' });
  });

  it('writes a recorded chunk again whose object is gone', async () => {
    const run = await newRun('gone');
    await writer()({ run, chunk }, never);
    const before = await stored(run);
    const Key = `${run.location.prefix}data/chunk-000000.csv`;
    await services.s3.send(new DeleteObjectCommand({ Bucket: services.bucket, Key }));
    expect(await writer()({ run, chunk }, never)).toMatchObject({ skipped: false });
    expect(await stored(run)).toBe(before);
  });

  it('fails when something else lies at its key, leaves it there and records the try', async () => {
    const run = await newRun('conflict');
    const Key = `${run.location.prefix}data/chunk-000000.csv`;
    await services.s3.send(
      new PutObjectCommand({ Bucket: services.bucket, Key, Body: 'not ours' }),
    );
    await expect(writer()({ run, chunk }, never)).rejects.toThrow(OutputConflictError);
    expect(await stored(run)).toBe('not ours');
    expect(await record(run)).toMatchObject({ status: 'failed', tries: 1 });
  });

  it('fails when the source was replaced after planning, and writes nothing', async () => {
    const run = await newRun('replaced');
    const Body = goldenBytes('inputs/dtype-int32.npz');
    await services.s3.send(
      new PutObjectCommand({ Bucket: services.bucket, Key: 'replaced', Body }),
    );
    await expect(writer()({ run, chunk }, never)).rejects.toThrow(SourceChangedError);
    await expect(stored(run)).rejects.toThrow(/key/i);
  });

  it('gives up in time: no object, no parts, the try recorded', async () => {
    const run = await newRun('timeout', wide(30_000_000));
    const controller = new AbortController();
    const clients = services.connect();
    hookClients(clients, async ({ name, subject }, send) => {
      const sent = send();
      if (name === 'PutObject' && subject.endsWith('.csv')) setImmediate(() => controller.abort());
      return await sent;
    });
    const writing = writer(clients)({ run, chunk: { ...chunk, rowEnd: 2 } }, controller.signal);
    await expect(writing).rejects.toThrow(TimeoutSoonError);
    await expect(stored(run)).rejects.toThrow(/key/i);
    const uploads = new ListMultipartUploadsCommand({ Bucket: services.bucket });
    expect((await services.s3.send(uploads)).Uploads ?? []).toEqual([]);
    expect(await record(run)).toMatchObject({ status: 'failed' });
  });

  it('writes one object when twins write at once', async () => {
    const run = await newRun('twins', wide(5_000_000));
    const wider = { ...chunk, rowEnd: 2 };
    const results = await Promise.all(
      Array.from({ length: 3 }, () => writer()({ run, chunk: wider }, never)),
    );
    expect(new Set(results.map(({ bytes }) => bytes)).size).toBe(1);
    expect(await record(run)).toMatchObject({ status: 'done', bytes: 2 * 2 * 5_000_000 });
  });
});
