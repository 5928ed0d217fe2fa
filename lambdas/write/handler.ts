import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients.ts';
import type { Ledger } from '#aws/ledger.ts';
import { headObject } from '#aws/stored-object.ts';
import { TimeoutSoonError } from '#core/errors.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import { chunkKey } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { WriteInput } from '#core/run/step-messages.ts';
import { type LedgerDeps, openLedger } from '#lambdas/shared/open-ledger.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';
import { writeChunk } from './write-chunk.ts';

/** What a writer needs from outside. */
export interface WriteDeps extends Instruments, LedgerDeps {
  readonly s3: S3Client;
  readonly room: EncoderRoom;
}

/** Output of one child of the Distributed Map. */
export interface WriteResult {
  readonly index: number;
  /** True when the chunk was there already, as the ledger says. */
  readonly skipped: boolean;
  readonly bytes: number;
}

async function isStored(
  s3: S3Client,
  run: RunHeader,
  index: number,
  figures: ChunkFigures,
): Promise<boolean> {
  const stored = await headObject(s3, run.location.bucket, chunkKey(run, index));
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

/**
 * The Write step. Writes one row range as one chunk, and records it in the ledger.
 *
 * Skips a chunk that is done in the ledger and that S3 holds as recorded. If a chunk was written
 * but not recorded, the create-only upload finds it, and it is recorded then.
 */
export function createHandler(deps: WriteDeps): Step<WriteInput, WriteResult> {
  const { s3, room, logger, metrics } = deps;

  const tryChunk = async (
    ledger: Ledger,
    { run, chunk }: WriteInput,
    attempt: number,
    signal: AbortSignal,
  ): Promise<ChunkFigures> => {
    try {
      const figures = await writeChunk({ s3, room, signal }, run, chunk);
      await ledger.done(chunk, attempt, figures);
      return figures;
    } catch (failure) {
      const error = causeOf(failure, signal);
      // The error that stopped the chunk matters more than a failed write to the ledger.
      await ledger.fail(chunk, attempt, error).catch(() => undefined);
      throw error;
    }
  };

  return async ({ run, chunk }, signal) => {
    logger.appendKeys({ runId: run.runId, chunk: chunk.index });
    const ledger = openLedger(deps, run);
    const started = await ledger.start(chunk);
    if (started.kind === 'done' && (await isStored(s3, run, chunk.index, started.record))) {
      logger.info('chunk skipped: done before');
      metrics.addMetric('ChunksSkipped', MetricUnit.Count, 1);
      return { index: chunk.index, skipped: true, bytes: started.record.bytes };
    }
    const attempt = started.kind === 'done' ? started.record.tries : started.attempt;
    const figures = await tryChunk(ledger, { run, chunk }, attempt, signal);
    logger.info('chunk written', { bytes: figures.bytes, crc32: figures.crc32 });
    metrics.addMetric('ChunksWritten', MetricUnit.Count, 1);
    metrics.addMetric('BytesWritten', MetricUnit.Bytes, figures.bytes);
    return { index: chunk.index, skipped: false, bytes: figures.bytes };
  };
}
