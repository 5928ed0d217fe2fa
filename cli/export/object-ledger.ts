import * as z from 'zod/mini';
import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { listObjects, readText } from '#aws/objects.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { OUTPUT_FOLDERS } from '#core/contract.ts';
import { IncompleteRunError } from '#core/errors.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import type { ChunkRecord, EndedTry, FinishedChunk } from '#core/run/ledger-records.ts';
import { outputUri } from '#core/run/output-keys.ts';
import { type PlannedChunk, plannedText } from '#core/run/planned-chunk.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { count } from '#core/schemas/count.ts';
import type { OpenLedger, RunLedger } from '#lambdas/shared/open-ledger.ts';

/** Records that are read at once. */
const READS = 16;

const doneRecord = z.strictObject({
  index: count,
  planned: z.string(),
  tries: count,
  status: z.literal('done'),
  bytes: count,
  contentBytes: count,
  crc32: z.string(),
  partCrc32: z.optional(z.string()),
  etag: z.string(),
  recordCount: z.optional(count),
  counts: z.record(z.string(), count),
  statistics: z.optional(z.string()),
});

type DoneRecord = ChunkRecord & { readonly status: 'done' };

/** What stands in a manifest for the ETag of a chunk. */
export type NameVersion = (record: DoneRecord) => string;

/** Files have no ETag of their bytes: this is the same wherever the same chunk is made. */
export const contentVersion: NameVersion = ({ crc32, bytes }) => `${crc32}-${bytes.toString(16)}`;

/** Folder of the records of a generation, and of a further upload of it. */
function recordsFolder({ location, generation, upload }: Parameters<OpenLedger>[0]): string {
  const further = upload === undefined || upload.number === 1 ? '' : `-upload-${upload.number}`;
  return `${location.prefix}${OUTPUT_FOLDERS.plan}chunks-${chunkId(generation)}${further}/`;
}

/**
 * The record of a run as objects beside its plan: one for each chunk that is done, written after
 * the chunk and never changed. What a killed process has finished is found again by them. Tries are
 * not recorded: one process makes all of them, and says how they end.
 */
class ObjectLedger implements RunLedger {
  readonly #s3: S3Client;
  readonly #location: RunHeader['location'];
  readonly #folder: string;
  readonly #nameVersion: NameVersion;

  constructor(s3: S3Client, run: Parameters<OpenLedger>[0], nameVersion: NameVersion) {
    this.#s3 = s3;
    this.#nameVersion = nameVersion;
    this.#location = run.location;
    this.#folder = recordsFolder(run);
  }

  async startRun(): Promise<void> {
    // Its claim says which run it is.
  }

  async start({ index }: PlannedChunk) {
    const record = await this.#read(this.#key(index));
    if (record === undefined) return { kind: 'started', attempt: 1 } as const;
    return { kind: 'done', record } as const;
  }

  async done(
    chunk: PlannedChunk,
    { attempt: tries }: EndedTry,
    figures: FinishedChunk,
  ): Promise<void> {
    const { skipped: _, ...stored } = figures;
    const record: DoneRecord = {
      ...{ index: chunk.index, planned: plannedText(chunk), tries, status: 'done' },
      ...stored,
    };
    const key = this.#key(chunk.index);
    const target = { bucket: this.#location.bucket, key, contentType: 'application/json' };
    await createObject(this.#s3, target, [JSON.stringify(record)]);
  }

  async fail(): Promise<void> {
    // Nothing is kept of a try that failed: the next start tries again.
  }

  async *chunks(): AsyncGenerator<ChunkRecord> {
    const keys = listObjects(this.#s3, this.#location.bucket, this.#folder);
    const found = await Array.fromAsync(keys, ({ key }) => key);
    const reads = found.map((key) => async () => {
      const record = await this.#read(key);
      if (record !== undefined) return { ...record, etag: this.#nameVersion(record) };
      throw new IncompleteRunError(`${outputUri(this.#location, key)} is gone; start again`);
    });
    yield* inOrder(reads, READS);
  }

  #key(index: number): string {
    return `${this.#folder}${chunkId(index)}.json`;
  }

  async #read(key: string): Promise<DoneRecord | undefined> {
    const text = await readText(this.#s3, this.#location.bucket, key);
    return text === undefined ? undefined : doneRecord.parse(JSON.parse(text));
  }
}

/** The records of runs as objects in their outputs. */
export function objectLedgers(s3: S3Client, nameVersion: NameVersion): OpenLedger {
  return (run) => new ObjectLedger(s3, run, nameVersion);
}

/** ETags as S3 gave them. */
export const storedVersion: NameVersion = ({ etag }) => etag;

/** Reads what is recorded, and records nothing. */
export function unrecorded(open: OpenLedger): OpenLedger {
  return (run) => {
    const ledger = open(run);
    return {
      startRun: async () => {},
      start: (chunk) => ledger.start(chunk),
      done: async () => {},
      fail: async () => {},
      chunks: () => ledger.chunks(),
    };
  };
}
