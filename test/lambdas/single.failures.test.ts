import { crc32 } from 'node:zlib';
import { AbortMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWhole } from '#aws/objects.ts';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import { IncompleteRunError, OutputConflictError, UploadLostError } from '#core/errors.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type Hook, hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { patience } from '#support/patience.ts';
import { finalizeRun, planRun, runSteps, writeRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { runOf, uploadsBelow, WIDE_ROW_BYTES, wideMatrix, wideText } from '#support/wide-single.ts';

let services: LocalServices;
let bucket: BucketContents;
let source: string;
const text = wideText();

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  source = await bucket.put('wide.npz', wideMatrix());
});
afterAll(() => services.close());

function asked(folder: string) {
  const uri = `s3://${services.bucket}/${folder}/`;
  return { source, output: { uri, single: true }, chunking: { rows: 1 } };
}

function plan(folder: string): Promise<PlanResult> {
  return planRun(services, services, asked(folder));
}

/** A run all of whose parts are sent. */
async function written(folder: string): Promise<RunHeader> {
  return await writeRun(services, services, await plan(folder));
}

function finalize(run: RunHeader, hook?: Hook): Promise<number> {
  const clients = services.connect();
  if (hook !== undefined) hookClients(clients, hook);
  return finalizeRun(clients, services, run);
}

/** Writes one chunk of a run. */
async function writeRow(run: RunHeader, row: number, hook?: Hook) {
  const clients = services.connect();
  if (hook !== undefined) hookClients(clients, hook);
  const room = { kernel: undefined, buffers: undefined };
  const write = createWrite({ ...stepDeps(clients, services), room });
  const chunk = parsePlanLine(JSON.stringify({ index: row, rowStart: row, rowEnd: row + 1 }));
  return await write({ run, chunk } as never, new AbortController().signal);
}

function addressOf({ location, upload }: RunHeader) {
  const Key = `${location.prefix}data/rows.csv`;
  return { Bucket: services.bucket, Key, UploadId: upload?.id ?? '' };
}

/** Sends a part as a writer that nobody waits for any more. */
async function sendPart(run: RunHeader, number: number, Body: Uint8Array) {
  const checksum = { ChecksumCRC32: crc32Base64(crc32(Body)) };
  const part = { ...addressOf(run), PartNumber: number, Body, ...checksum };
  return await services.s3.send(new UploadPartCommand(part));
}

async function abort(run: RunHeader): Promise<void> {
  await services.s3.send(new AbortMultipartUploadCommand(addressOf(run)));
}

async function expectWhole(folder: string): Promise<void> {
  const place = { bucket: services.bucket, key: `${folder}/data/rows.csv` };
  const object = await readWhole(services.s3, place);
  expect(object?.bytes.equals(text)).toBe(true);
  expect(await bucket.text(manifestKey(`${folder}/`))).toBeDefined();
  expect(await uploadsBelow(services, `${folder}/`)).toEqual([]);
}

async function expectNothing(folder: string): Promise<void> {
  expect(await bucket.text(manifestKey(`${folder}/`))).toBeUndefined();
}

/** Loses the answers of one operation, as often as the SDK asks. */
function losing(operation: string): Hook {
  return async ({ name }, send) => {
    const answer = await send();
    if (name !== operation) return answer;
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  };
}

describe('one object', { timeout: patience(15_000) }, () => {
  it('is the same where two Plans open it at once: one upload is left', async () => {
    const planned = await Promise.all([plan('plans'), plan('plans'), plan('plans')]);
    const ids = planned.map((each) => runOf(each).upload?.id);
    expect(new Set(ids).size).toBe(1);
    expect(await uploadsBelow(services, 'plans/')).toEqual([ids[0]]);
    await finalize(await writeRun(services, services, planned[0]!));
    await expectWhole('plans');
  });

  it('is the same where a part is sent again, and where the answer of one was lost', async () => {
    const run = runOf(await plan('again'));
    await sendPart(run, 1, text.subarray(0, WIDE_ROW_BYTES));
    await expect(writeRow(run, 1, losing('UploadPart'))).rejects.toThrow(/socket hang up/);
    for (const row of [0, 1, 2, 3]) await writeRow(run, row);
    await finalize(run);
    await expectWhole('again');
  });

  it('is complete where the answer of the last step was lost', async () => {
    const run = await written('lost');
    await finalize(run, losing('CompleteMultipartUpload'));
    await expectWhole('lost');
  });

  it('is complete where two Finalizes meet, and where one comes after the other', async () => {
    const run = await written('twins');
    await Promise.all([finalize(run), finalize(run)]);
    await finalize(run);
    await expectWhole('twins');
  });

  it('is complete where Finalize died between object and manifest', async () => {
    const run = await written('died');
    const dying: Hook = async ({ name, subject }, send) => {
      if (name === 'PutObject' && subject.includes('/manifest-')) throw new Error('died');
      return await send();
    };
    await expect(finalize(run, dying)).rejects.toThrow('died');
    await expectNothing('died');
    await finalize(run);
    await expectWhole('died');
  });

  it('is named by the ETags of the listing where those of the ledger are others', async () => {
    const run = await written('etags');
    let refused = 0;
    const refusing: Hook = async ({ name }, send) => {
      if (name !== 'CompleteMultipartUpload' || refused > 0) return await send();
      refused += 1;
      const answer = { $metadata: { httpStatusCode: 400 } };
      throw Object.assign(new Error('no such part'), { name: 'InvalidPart', ...answer });
    };
    await finalize(run, refusing);
    expect(refused).toBe(1);
    await expectWhole('etags');
  });

  it('fails where a zombie has sent other bytes for a part, and is right when it is started again', async () => {
    const run = await written('zombie');
    await sendPart(run, 2, Buffer.alloc(WIDE_ROW_BYTES, '9,'));
    await expect(finalize(run)).rejects.toThrow(UploadLostError);
    await expect(finalize(run)).rejects.toThrow(
      'is gone, so its parts have to be written again: start the request again',
    );
    await expectNothing('zombie');
    expect(await runSteps(services, services, asked('zombie'))).toBe(1);
    await expectWhole('zombie');
  });

  it('takes no part any more once it is there', async () => {
    const run = await written('late');
    await finalize(run);
    await expect(sendPart(run, 1, Buffer.from('late'))).rejects.toThrow(/upload does not exist/);
    // The chunk is done: a writer that was slower than its twin has nothing to do.
    expect(await writeRow(run, 0)).toMatchObject({ skipped: true });
  });

  it('lets a slow writer end well whose twin has completed the upload', async () => {
    const run = runOf(await plan('slow'));
    for (const row of [1, 2, 3]) await writeRow(run, row);
    const overtaken: Hook = async ({ name }, send) => {
      if (name !== 'UploadPart') return await send();
      await writeRow(run, 0);
      await finalize(run);
      return await send();
    };
    expect(await writeRow(run, 0, overtaken)).toMatchObject({ skipped: true });
    await expectWhole('slow');
  });

  it('fails where its upload was aborted, and is written anew by the next one', async () => {
    const first = await plan('aborted');
    const run = await writeRun(services, services, first);
    await abort(run);
    await expect(finalize(run)).rejects.toThrow(UploadLostError);
    const again = runOf(await plan('aborted'));
    expect(again.upload?.number).toBe(2);
    expect(again.upload?.id).not.toBe(run.upload?.id);
    // A redriven writer has the old upload; what is done for that counts for nothing.
    const done = await writeRow(again, 0);
    expect(done.skipped).toBe(false);
    for (const row of [1, 2, 3]) await writeRow(again, row);
    await finalize(again);
    await expectWhole('aborted');
    const records = Object.keys(await bucket.below('aborted/_plan/upload'));
    expect(records).toEqual([
      'aborted/_plan/upload-000001.json',
      'aborted/_plan/upload-000002.json',
    ]);
  });

  it('fails in a writer whose upload was aborted, by a name that no retry heals', async () => {
    const run = runOf(await plan('gone'));
    await abort(run);
    await expect(writeRow(run, 0)).rejects.toThrow(UploadLostError);
  });

  it('fails where something else lies at its key, and overwrites nothing', async () => {
    const run = await written('taken');
    await bucket.put('taken/data/rows.csv', 'mine');
    await expect(finalize(run)).rejects.toThrow(OutputConflictError);
    expect(await bucket.text('taken/data/rows.csv')).toBe('mine');
    await expectNothing('taken');
    expect(await uploadsBelow(services, 'taken/')).toEqual([run.upload?.id]);
    // S3 completes no upload whose key was deleted meanwhile: the next one is needed.
    await bucket.remove('taken/data/rows.csv');
    await expect(finalize(run)).rejects.toThrow(/was overtaken by a write or delete of its key/);
    expect(await runSteps(services, services, asked('taken'))).toBe(1);
    await expectWhole('taken');
  });

  it('fails where a chunk is missing or an object lies beside it, and completes nothing', async () => {
    const run = runOf(await plan('missing'));
    for (const row of [0, 1, 3]) await writeRow(run, row);
    await expect(finalize(run)).rejects.toThrow(
      'no manifest was written: chunk 2 was never started',
    );
    await writeRow(run, 2);
    await bucket.put('missing/data/chunk-000000.csv', 'before');
    await bucket.put('missing/data/zz', 'behind');
    await expect(finalize(run)).rejects.toThrow(IncompleteRunError);
    await expect(finalize(run)).rejects.toThrow(
      'missing/data/chunk-000000.csv is not an object of this run; missing/data/zz is not',
    );
    expect(await uploadsBelow(services, 'missing/')).toEqual([run.upload?.id]);
    await bucket.remove('missing/data/chunk-000000.csv');
    await bucket.remove('missing/data/zz');
    await finalize(run);
    await expectWhole('missing');
  });

  it('goes on after a writer was killed, with what the others have sent', async () => {
    const run = runOf(await plan('killed'));
    const killed: Hook = async ({ name }, send) => {
      if (name === 'UploadPart') throw new Error('killed');
      return await send();
    };
    await writeRow(run, 0);
    await expect(writeRow(run, 1, killed)).rejects.toThrow('killed');
    expect(await runSteps(services, services, asked('killed'))).toBe(1);
    await expectWhole('killed');
  });
});
