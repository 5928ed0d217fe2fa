import { createHash } from 'node:crypto';
import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { readWhole } from '#aws/objects.ts';
import { listParts } from '#aws/single-upload.ts';
import { headObject } from '#aws/stored-object.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import type { Clients } from '#support/local-services.ts';
import { finalizeRun, planRun } from '#support/run-steps.ts';
import { type Stores, stepDeps } from '#support/step-deps.ts';
import { runOf, wideMatrix, wideText } from '#support/wide-single.ts';

/** An S3 with a ledger beside it. */
export interface Place {
  readonly clients: Clients;
  readonly stores: Stores;
}

/** How all rows are stored. */
export type Compression = 'none' | 'gzip';

const ROWS = [0, 1, 2, 3];

async function writeRow({ clients, stores }: Place, run: RunHeader, row: number): Promise<void> {
  const room = { kernel: undefined, buffers: undefined };
  const write = createWrite({ ...stepDeps(clients, stores), room });
  const chunk = parsePlanLine(JSON.stringify({ index: row, rowStart: row, rowEnd: row + 1 }));
  await write({ run, chunk } as never, new AbortController().signal);
}

/** Sends the bytes of a part once more, as a writer that nobody waits for any more. */
async function sendAgain({ clients: { s3 }, stores }: Place, run: RunHeader): Promise<void> {
  const Key = `${run.location.prefix}data/rows.csv`;
  const upload = { bucket: stores.bucket, key: Key, id: run.upload?.id ?? '' };
  const [first] = (await listParts(s3, upload)) ?? [];
  const text = wideText();
  const Body = text.subarray(0, text.length / ROWS.length);
  const part = { Bucket: stores.bucket, Key, UploadId: upload.id, PartNumber: 1, Body };
  const { ETag } = await s3.send(
    new UploadPartCommand({ ...part, ChecksumCRC32: first?.crc32Base64 }),
  );
  if (ETag !== `"${first?.etag}"`) throw new Error('the same part has another ETag');
}

/**
 * Makes one object by a sequence that has all that goes wrong without a trace: two Plans at once,
 * parts out of order, one sent twice, two Finalizes at once, and one more after them.
 *
 * @returns its ETag, and SHA-256 of its bytes.
 */
export async function makeObject(place: Place, compression: Compression) {
  const { clients, stores } = place;
  const { s3 } = clients;
  const { bucket } = stores;
  const Key = `wide-${compression}.npz`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: wideMatrix() }));
  const request = {
    source: `s3://${bucket}/${Key}`,
    output: { uri: `s3://${bucket}/${compression}/`, single: true, compression },
    chunking: { rows: 1 },
  };
  const plans = await Promise.all([1, 2].map(() => planRun(clients, stores, request)));
  const [run, twin] = plans.map(runOf);
  if (run === undefined || run.upload?.id !== twin?.upload?.id) throw new Error('two uploads');
  for (const row of ROWS.toReversed()) await writeRow(place, run, row);
  if (compression === 'none') await sendAgain(place, run);
  await Promise.all([1, 2].map(() => finalizeRun(clients, stores, run)));
  await finalizeRun(clients, stores, run);
  const key = `${compression}/data/rows.csv${compression === 'gzip' ? '.gz' : ''}`;
  const object = await readWhole(s3, { bucket, key });
  const bytes = object?.bytes ?? Buffer.alloc(0);
  const head = await headObject(s3, bucket, key);
  return {
    bytes: bytes.length,
    etag: head?.etag,
    crc32: head?.crc32Base64,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
