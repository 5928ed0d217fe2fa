import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients/s3.ts';
import { headObject } from '#aws/stored-object.ts';
import { TimeoutSoonError, UploadLostError } from '#core/errors.ts';
import { METRICS } from '#core/metrics.ts';
import type {
  ChunkFigures,
  ChunkRecord,
  EndedTry,
  FinishedChunk,
} from '#core/run/ledger-records.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { LedgerDeps } from './open-ledger.ts';
import type { Instruments } from './step.ts';
import type { TryMeter } from './try-meter.ts';
import { addFailed, addWritten } from './try-metrics.ts';

/** What a writer records with. */
export interface RecordDeps extends Instruments, LedgerDeps {
  readonly s3: S3Client;
  readonly meter: TryMeter;
}

/** A chunk to write, its run, and the key of its object. */
export interface ChunkOfRun {
  readonly run: RunHeader;
  readonly chunk: PlannedChunk;
  readonly key: string;
}

/** Output of one child of the Distributed Map. */
export interface WriteResult {
  readonly index: number;
  /** True when the chunk was there already, by the ledger or with other rows of a database. */
  readonly skipped: boolean;
  readonly bytes: number;
}

type DoneRecord = Extract<ChunkRecord, { readonly status: 'done' }>;

/** Whether what the ledger says of a chunk is there. A part is so as long as its upload is. */
async function isStored(
  s3: S3Client,
  { run, key }: ChunkOfRun,
  figures: ChunkFigures,
): Promise<boolean> {
  if (run.upload !== undefined) return true;
  const stored = await headObject(s3, run.location.bucket, key);
  return stored?.bytes === figures.bytes && stored.etag === figures.etag;
}

function causeOf(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) {
    return new TimeoutSoonError('the function ran out of time; its upload was given up', {
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(String(error));
}

function skipped({ logger, metrics }: RecordDeps, { index, bytes }: DoneRecord): WriteResult {
  logger.info('chunk skipped: done before');
  metrics.addMetric(METRICS.skipped, MetricUnit.Count, 1);
  return { index, skipped: true, bytes };
}

/**
 * Records that a try failed. A part of an upload that is gone may be done all the same: another
 * execution of the run was faster, and has completed it.
 */
async function failed(
  ledger: ReturnType<RecordDeps['openLedger']>,
  chunk: PlannedChunk,
  { error, ...ended }: EndedTry & { readonly error: Error },
): Promise<DoneRecord | undefined> {
  await ledger.fail(chunk, ended, error);
  if (!(error instanceof UploadLostError)) return undefined;
  const again = await ledger.start(chunk);
  if (again.kind === 'done') return again.record;
  await ledger.fail(chunk, { ...ended, attempt: again.attempt }, error);
  return undefined;
}

/**
 * Writes one chunk and records it in the ledger: its start, and how it ended.
 *
 * Skips a chunk that is done in the ledger and that S3 holds as recorded. If a chunk was written
 * but not recorded, the create-only upload finds it, and it is recorded then.
 *
 * @param write writes the object of the chunk.
 */
export async function recordChunk(
  deps: RecordDeps,
  chunkOfRun: ChunkOfRun,
  write: () => Promise<FinishedChunk>,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { s3, logger, metrics, meter } = deps;
  const { run, chunk } = chunkOfRun;
  const { index } = chunk;
  logger.appendKeys({ runId: run.runId, chunk: index });
  const ledger = deps.openLedger(run);
  const started = await ledger.start(chunk);
  if (started.kind === 'done' && (await isStored(s3, chunkOfRun, started.record))) {
    return skipped(deps, started.record);
  }
  const attempt = started.kind === 'done' ? started.record.tries : started.attempt;
  try {
    const figures = await write();
    await ledger.done(chunk, { attempt, measures: meter.measures() }, figures);
    const { skipped: reason } = figures;
    if (reason !== undefined) logger.warn('chunk skipped', { reason });
    logger.info('chunk written', { bytes: figures.bytes, crc32: figures.crc32 });
    addWritten(metrics, figures, meter);
    return { index, skipped: reason !== undefined, bytes: figures.bytes };
  } catch (failure) {
    const error = causeOf(failure, signal);
    // The error that stopped the chunk matters more than a failed write to the ledger.
    const ended = { attempt, measures: meter.measures(), error };
    addFailed(metrics, error, meter);
    const twin = await failed(ledger, chunk, ended).catch(() => undefined);
    if (twin !== undefined) return skipped(deps, twin);
    throw error;
  }
}
