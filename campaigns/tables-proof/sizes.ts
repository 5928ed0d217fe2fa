import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { LocalStack } from '#support/local-stack.ts';
import { FIXED_SCHEMA, fixedBytes, fixedRecords, RECORD_BYTES } from './fixed-records.ts';
import { manifestOf } from './output-files.ts';
import type { Proof, ProofRoom } from './proof.ts';

const MIB = 1024 ** 2;
const SMALL_RECORDS = 50_000 / RECORD_BYTES;
/** Random digits of a key in small objects: they become smaller than the large ones. */
const SMALL_DIGITS = 16;
/** Uploads at once. */
const UPLOADS = 8;

/** A folder of many small objects and three large ones, and how large the files may be. */
interface Folder {
  readonly smallObjects: number;
  readonly largeRecords: number;
  readonly targets: readonly Target[];
}

interface Target {
  readonly targetFileBytes: number;
  /** Of all files but one, the remainder. */
  readonly least: number;
  readonly most: number;
  readonly leastFiles: number;
}

function target(targetFileBytes: number, leastFiles: number): Target {
  return {
    ...{ targetFileBytes, leastFiles },
    least: 0.4 * targetFileBytes,
    most: 2 * targetFileBytes,
  };
}

const LARGE_OBJECTS = 3;

const FULL: Folder = {
  smallObjects: 20_000,
  largeRecords: 1e9 / RECORD_BYTES,
  targets: [
    { targetFileBytes: 512 * MIB, least: 200e6, most: 1e9, leastFiles: 2 },
    target(32 * MIB, 30),
  ],
};

const TWENTIETH: Folder = {
  smallObjects: 1_000,
  largeRecords: 5e7 / RECORD_BYTES,
  targets: [target(32 * MIB, 2), target(16 * MIB, 3)],
};

async function putSmall(stack: LocalStack, { smallObjects }: Folder): Promise<void> {
  let next = 0;
  const put = async () => {
    while (next < smallObjects) {
      const number = next;
      next += 1;
      const first = number * SMALL_RECORDS;
      const bytes = Buffer.concat([...fixedRecords(first, SMALL_RECORDS, SMALL_DIGITS)]);
      await stack.putSource(`sizes/${String(number).padStart(5, '0')}.csv`, bytes);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS }, put));
}

/** The large ones lie between the small ones: their keys begin alike. */
async function putLarge(stack: LocalStack, folder: Folder, directory: string): Promise<void> {
  const path = join(directory, 'large.csv');
  for (let part = 0; part < LARGE_OBJECTS; part += 1) {
    const first = folder.smallObjects * SMALL_RECORDS + part * folder.largeRecords;
    const file = await open(path, 'w');
    for (const piece of fixedRecords(first, folder.largeRecords)) await file.write(piece);
    await file.close();
    const at = Math.floor((folder.smallObjects * (part + 1)) / (LARGE_OBJECTS + 1));
    await stack.s3.send(
      new PutObjectCommand({
        Bucket: stack.output('SourceBucketName'),
        Key: `sizes/${String(at).padStart(5, '0')}-large.csv`,
        Body: createReadStream(path),
        ContentLength: fixedBytes(folder.largeRecords),
      }),
    );
    await rm(path);
  }
}

/** Whether all but one are within the bounds, and that one is not above them. */
function areWithin(sizes: readonly number[], { least, most, leastFiles }: Target): boolean {
  const small = sizes.filter((bytes) => bytes < least);
  return sizes.length >= leastFiles && small.length <= 1 && sizes.every((bytes) => bytes <= most);
}

/** Most memory of a process of a function. */
function peakBytes(stack: LocalStack, name: string): number {
  const own = stack.cloud.processes().filter(({ functionName }) => functionName.includes(name));
  return Math.max(...own.map(({ peakRssBytes }) => peakRssBytes));
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

async function proveTarget({ stack, say }: ProofRoom, asked: Target, rows: number) {
  const { targetFileBytes } = asked;
  const name = `sizes-${targetFileBytes / MIB}`;
  const request = {
    source: `s3://${stack.output('SourceBucketName')}/sizes/`,
    schema: FIXED_SCHEMA,
    output: { uri: `s3://${stack.outputBucket}/${name}/`, targetFileBytes },
    expect: { rows },
  };
  const planned = performance.now();
  const { output } = await stack.runToSuccess({ ...request, dryRun: true });
  const { chunks, stored, chunkBytes, rows: planRows } = output.summary;
  const started = performance.now();
  await stack.runToSuccess(request);
  const seconds = (performance.now() - started) / 1000;
  const sizes = (await manifestOf(stack, name)).entries.map(({ meta }) => meta.content_length);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const [min, max] = [Math.min(...sizes), Math.max(...sizes)];
  const isNear = Math.abs(total / stored.bytes - 1) <= 0.1;
  const dry = ((started - planned) / 1000).toFixed(1);
  say(
    `${targetFileBytes / MIB} MiB: ${sizes.length} files of ${megabytes(min)} to ${megabytes(max)}, ${megabytes(total)} in all, ${seconds.toFixed(0)} s; predicted in ${dry} s ${chunks} files of ${megabytes(chunkBytes.min)} to ${megabytes(chunkBytes.max)}, ${megabytes(stored.bytes)} in all, ${planRows} of ${rows} rows`,
  );
  return chunks === sizes.length && isNear && areWithin(sizes, asked);
}

/** Many small objects and some huge ones become files of the right size, as predicted. */
export const proveSizes: Proof = async (room) => {
  const { stack, folder, isFull, say } = room;
  const asked = isFull ? FULL : TWENTIETH;
  const { smallObjects, largeRecords, targets } = asked;
  const started = performance.now();
  await putSmall(stack, asked);
  await putLarge(stack, asked, folder);
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`${smallObjects} objects of 50 kB and ${LARGE_OBJECTS} large ones made in ${seconds} s`);
  const rows = smallObjects * SMALL_RECORDS + LARGE_OBJECTS * largeRecords;
  let isRight = true;
  for (const each of targets) isRight = (await proveTarget(room, each, rows)) && isRight;
  for (const name of ['plantable', 'writetable', 'finalize']) {
    say(`${name}: at most ${megabytes(peakBytes(stack, name))} of memory`);
  }
  return isRight;
};
