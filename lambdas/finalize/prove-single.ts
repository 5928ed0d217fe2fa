import {
  abortUpload,
  completeUpload,
  listParts,
  lostUpload,
  type SharedUpload,
  type StoredPart,
  standing,
} from '#aws/single-upload.ts';
import { combineCrc32, crc32Base64 } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import type { ManifestEntry, ManifestSegments } from '#core/manifest/manifest.ts';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { joinEntries } from '#core/manifest/single-entry.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import { listSegments } from './list-segments.ts';
import { readPlan } from './read-plan.ts';

type DoneRecord = Extract<ChunkRecord, { readonly status: 'done' }>;

/** An upload, and what ledger and S3 say of its parts. */
interface SentParts {
  readonly upload: SharedUpload;
  readonly records: readonly ChunkRecord[];
  /** Undefined where S3 no longer has the upload. */
  readonly listed: readonly StoredPart[] | undefined;
}

function isDone(record: ChunkRecord): record is DoneRecord {
  return record.status === 'done';
}

function crcOf({ partCrc32, crc32: crc }: DoneRecord): number {
  return Number.parseInt(partCrc32 ?? crc, 16);
}

/** A part as the ledger has it. */
function recordedPart(record: DoneRecord): StoredPart {
  const { index, bytes, etag } = record;
  return { number: index + 1, bytes, etag, crc32Base64: crc32Base64(crcOf(record)) };
}

/**
 * Compares the parts that S3 has with what the ledger says. A writer that nobody waited for may
 * have replaced one by other bytes: then all are made again.
 *
 * @throws {UploadLostError} a part is missing or another; the upload is aborted.
 */
async function assertParts(
  { s3 }: FinalizeDeps,
  { upload, records, listed = [] }: SentParts,
): Promise<void> {
  const parts = new Map(listed.map((part) => [part.number, part]));
  const odd = records.filter(isDone).find((record) => {
    const part = parts.get(record.index + 1);
    const { bytes, crc32Base64: crc } = recordedPart(record);
    return part?.bytes !== bytes || part.crc32Base64 !== crc;
  });
  if (odd === undefined) return;
  await abortUpload(s3, upload);
  throw lostUpload(upload, `has another part ${odd.index + 1} than the ledger says`);
}

/** The parts of planned chunks as objects, each once: whatever is not done has none. */
function partsAsObjects({ upload, records, listed }: SentParts, chunks: number): ListedObject[] {
  const sizes = new Map(
    listed === undefined
      ? records.filter(isDone).map(({ index, bytes }) => [index, bytes])
      : listed.map(({ number, bytes }) => [number - 1, bytes]),
  );
  const { key } = upload;
  return Array.from({ length: chunks }, (_, index) => ({ key, size: sizes.get(index) ?? -1 }));
}

/** What lies below the folder of chunks, and the parts where their object will be. */
async function* objectsAround(
  parts: readonly ListedObject[],
  objects: AsyncIterable<ListedObject>,
): AsyncGenerator<ListedObject> {
  const [first] = parts;
  const after: ListedObject[] = [];
  for await (const object of objects) {
    if (first === undefined || object.key < first.key) yield object;
    else if (object.key > first.key) after.push(object);
    if (after.length > 1) break;
  }
  yield* parts;
  yield* after;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Length and CRC-32 of the object that all parts become. */
function wholeOf(records: readonly DoneRecord[]): Figures {
  return records.reduce(
    (whole, record) => ({
      bytes: whole.bytes + record.bytes,
      crc32: combineCrc32(whole.crc32, crcOf(record), record.bytes),
    }),
    { bytes: 0, crc32: 0 },
  );
}

/** A run whose chunks are parts of an upload. */
interface PartsOfRun {
  readonly run: CountedRun;
  readonly upload: SharedUpload;
  readonly objects: AsyncIterable<ListedObject>;
}

/** The entries of parts, and the ETag of the object that they became. */
interface ProvedParts {
  readonly entries: readonly ManifestEntry[];
  readonly etag: string;
}

/**
 * Proves the parts of a run and makes one object of them, create-only. If an execution before has
 * made it, what stands there is compared.
 *
 * @throws {IncompleteRunError} chunks are missing or failed, or foreign objects lie there.
 * @throws {UploadLostError} the upload is gone, or its parts are not those of the ledger.
 */
async function completeParts(
  deps: FinalizeDeps,
  { run, upload, objects }: PartsOfRun,
  signal: AbortSignal,
): Promise<ProvedParts> {
  const { s3 } = deps;
  const records = await Array.fromAsync(deps.openLedger(run).chunks());
  const listed = await listParts(s3, upload, signal);
  const sent = { upload, records, listed };
  if (listed !== undefined) await assertParts(deps, sent);
  const evidence = {
    plan: readPlan(deps, run, signal),
    ledger: each(records),
    objects: objectsAround(partsAsObjects(sent, run.chunks), objects),
  };
  const entries = await Array.fromAsync(proveChunks(run, evidence));
  const done = records.filter(isDone);
  const whole = wholeOf(done);
  const { etag } =
    listed === undefined
      ? await standing(s3, upload, whole)
      : await completeUpload(s3, upload, whole, [done.map(recordedPart), listed]);
  return { entries, etag };
}

/** The object of a plan of one chunk, which is proved as chunks are. */
async function provedWhole(
  deps: FinalizeDeps,
  run: CountedRun,
  objects: AsyncIterable<ListedObject>,
  signal: AbortSignal,
): Promise<ProvedParts> {
  const evidence = {
    plan: readPlan(deps, run, signal),
    ledger: deps.openLedger(run).chunks(),
    objects,
  };
  const entries = await Array.fromAsync(proveChunks(run, evidence));
  return { entries, etag: entries[0]!.etag };
}

/**
 * Proves the chunks of a run that become one object, and makes that of them. Holds some hundred
 * bytes for each chunk, of which there are 10,000 at most.
 *
 * @param objects below the folder of chunks.
 * @returns the entry of the object, and what a manifest says of its bytes.
 * @throws as `proveChunks`.
 * @throws {UploadLostError} the parts have to be written again.
 */
export async function singleEntry(
  deps: FinalizeDeps,
  run: CountedRun,
  objects: AsyncIterable<ListedObject>,
  signal: AbortSignal,
): Promise<{ readonly entry: ManifestEntry; readonly fields: ManifestSegments }> {
  const id = run.upload?.id;
  const upload = { bucket: run.location.bucket, key: chunkKey(run, 0) };
  const { entries, etag } =
    id === undefined
      ? await provedWhole(deps, run, objects, signal)
      : await completeParts(deps, { run, upload: { ...upload, id }, objects }, signal);
  const { entry, segments } = joinEntries(entries, etag);
  return { entry, fields: await listSegments(deps, run, segments, signal) };
}
