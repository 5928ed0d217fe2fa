import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWhole } from '#aws/objects.ts';
import { headObject } from '#aws/stored-object.ts';
import { assembleRun } from '#cli/assemble/assemble-run.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import { OutputConflictError, SourceChangedError } from '#core/errors.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type Call, hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runSteps } from '#support/run-steps.ts';
import { uploadsBelow, wideMatrix, wideText } from '#support/wide-single.ts';
import { SMALL, smallText } from '#test/lambdas/small-matrix.ts';

const MIB = 1024 ** 2;
const never = new AbortController().signal;
const SMALL_TEXT = smallText({ rowStart: 0, rowEnd: 5 });

let services: LocalServices;
let bucket: BucketContents;
let small: string;
let wide: string;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  small = await bucket.put('small.npz', writeNpz(SMALL));
  wide = await bucket.put('wide.npz', wideMatrix());
});
afterAll(() => services.close());

/** Writes an output of chunks of one row. */
async function written(folder: string, source: string, output: object = {}): Promise<void> {
  const uri = `s3://${services.bucket}/${folder}/`;
  await runSteps(services, services, {
    source,
    output: { uri, ...output },
    chunking: { rows: 1 },
  });
}

function uriOf(key: string): string {
  return `s3://${services.bucket}/${key}`;
}

async function assemble(folder: string, key: string, bounds?: Parameters<typeof assembleRun>[3]) {
  const calls: Call[] = [];
  const { s3, dynamo } = services.connect();
  hookClients({ s3, dynamo }, async (call, send) => {
    calls.push(call);
    return await send();
  });
  const run = await openRunInS3(s3, uriOf(manifestKey(`${folder}/`)), never);
  const made = await assembleRun(s3, run, { uri: uriOf(key), signal: never }, bounds);
  const named = (name: string) => calls.filter((call) => call.name === name).length;
  return { ...made, copies: named('UploadPartCopy'), sent: named('UploadPart') };
}

async function bytesAt(key: string): Promise<Buffer> {
  return (await readWhole(services.s3, { bucket: services.bucket, key }))!.bytes;
}

describe('assemble', { timeout: patience(15_000) }, () => {
  it('joins chunks by copies inside S3, with the CRC-32 of the manifest as its own', async () => {
    await written('wide', wide);
    const made = await assemble('wide', 'wide.csv');
    expect(made).toMatchObject({ isNew: true, parts: 4, copies: 4, sent: 0, gatheredBytes: 0 });
    expect((await bytesAt('wide.csv')).equals(wideText())).toBe(true);
    const stored = await headObject(services.s3, services.bucket, 'wide.csv');
    expect(stored?.crc32Base64).toBe(crc32Base64(made.crc32 ?? 0));
    expect(await assemble('wide', 'wide.csv')).toMatchObject({ isNew: false, copies: 0 });
  });

  it('gathers chunks that are too short, of all generations', async () => {
    await written('tiny', small);
    const second = await bucket.put('second.npz', writeNpz(SMALL));
    await written('tiny', second, { mode: 'append' });
    const made = await assemble('tiny', 'tiny.csv');
    expect(made).toMatchObject({ parts: 1, copies: 0, sent: 1, gatheredBytes: 66 });
    expect(await bucket.text('tiny.csv')).toBe(SMALL_TEXT + SMALL_TEXT);
  });

  it('copies chunks that are too long by ranges', async () => {
    const bounds = { least: 5 * MIB, most: 5.2 * MIB, parts: 100 };
    await written('ranges', wide, { mode: 'overwrite' });
    const single = { uri: `s3://${services.bucket}/one/`, single: true };
    await runSteps(services, services, { source: wide, output: single });
    // 21.6 MB in five equal ranges would be too short each but for the last.
    const made = await assemble('one', 'ranges.csv', { ...bounds, most: 11 * MIB });
    expect(made).toMatchObject({ parts: 2, copies: 2 });
    expect((await bytesAt('ranges.csv')).equals(wideText())).toBe(true);
  });

  it('copies groups first where there are more chunks than parts, and leaves none', async () => {
    const second = await bucket.put('wide-2.npz', wideMatrix());
    await written('wide', second, { mode: 'append' });
    const bounds = { least: 5 * MIB, most: 5 * 1024 * MIB, parts: 4 };
    const made = await assemble('wide', 'groups.csv', bounds);
    const text = Buffer.concat([wideText(), wideText()]);
    expect((await bytesAt('groups.csv')).equals(text)).toBe(true);
    // Four groups of two chunks, and these four.
    expect(made).toMatchObject({ copies: 12, parts: 4 });
    expect(Object.keys(await bucket.below('groups'))).toEqual(['groups.csv']);
    const few = assemble('wide', 'few.csv', { ...bounds, parts: 2 });
    await expect(few).rejects.toThrow(/and one object at most 2 parts of/);
  });

  it('joins gzip, whose CRC-32 follows from what S3 has copied', async () => {
    await written('gzip', small, { compression: 'gzip' });
    await assemble('gzip', 'rows.csv.gz');
    expect(gunzipSync(await bytesAt('rows.csv.gz')).toString()).toBe(SMALL_TEXT);
  });

  it('fails where something else is there, or a chunk is another, and leaves no upload', async () => {
    await bucket.put('taken.csv', 'mine');
    await expect(assemble('wide', 'taken.csv')).rejects.toThrow(OutputConflictError);
    expect(await bucket.text('taken.csv')).toBe('mine');
    await written('changed', wide);
    await bucket.put('changed/data/chunk-000002.csv', 'another');
    await expect(assemble('changed', 'changed.csv')).rejects.toThrow(SourceChangedError);
    await written('small-changed', small);
    await bucket.put('small-changed/data/chunk-000002.csv', 'another');
    await expect(assemble('small-changed', 'other.csv')).rejects.toThrow(
      /chunk-000002.csv is not the object that the manifest lists/,
    );
    expect(await uploadsBelow(services, '')).toEqual([]);
  });

  it('fails for files that are not one when they are joined', async () => {
    await written('npz', small, { format: 'npz' });
    await expect(assemble('npz', 'x.npz')).rejects.toThrow(UsageError);
    await expect(assemble('npz', 'x.npz')).rejects.toThrow(
      'the output cannot be joined: chunks of npz are files of their own',
    );
  });
});
