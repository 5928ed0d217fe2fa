import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient, S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { Ledger } from '#aws/ledger.ts';
import { listObjects, readLines } from '#aws/objects.ts';
import { type ChunkTask, OUTPUT_FOLDERS } from '#core/contract.ts';
import type { ManifestEntry, ManifestTotals } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { proveChunks } from '#core/manifest/prove-chunks.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { manifestKey, planKey } from '#core/output.ts';
import type { FinalizeInput, RunHeader } from '#core/run.ts';
import { parsePlanLine } from '#core/run.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';

/** What Finalize needs from outside. */
export interface FinalizeDeps extends Instruments {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  readonly now: () => Date;
}

/** Output of a finished execution. */
export interface FinalizeResult {
  readonly runId: string;
  /** S3 URI of the manifest. */
  readonly manifest: string;
  readonly totals: ManifestTotals;
}

async function* planLines(
  s3: S3Client,
  { output }: RunHeader,
  signal: AbortSignal,
): AsyncGenerator<ChunkTask> {
  for await (const line of readLines(s3, output.bucket, planKey(output.prefix), signal)) {
    yield parsePlanLine(line);
  }
}

/**
 * The Finalize step: proves from plan, ledger and bucket that every chunk is there once, in order
 * and as recorded, and writes the manifest. Its existence means that the run is complete.
 *
 * Memory: one page of each account and the part buffers, whatever the number of chunks.
 */
export function createHandler(deps: FinalizeDeps): Step<FinalizeInput, FinalizeResult> {
  const { s3, logger, metrics } = deps;

  const entriesOf = (run: RunHeader, signal: AbortSignal): AsyncGenerator<ManifestEntry> => {
    const { bucket, prefix } = run.output;
    return proveChunks(run, {
      plan: planLines(s3, run, signal),
      ledger: new Ledger(deps.dynamo, deps.ledgerTable, run.runId, deps.now).chunks(),
      objects: listObjects(s3, bucket, `${prefix}${OUTPUT_FOLDERS.data}`, signal),
    });
  };

  return async ({ run }, signal) => {
    logger.appendKeys({ runId: run.runId });
    const { bucket, prefix } = run.output;
    const key = manifestKey(prefix);
    const totals = new TotalsBuilder();
    const text = manifestText(manifestHead(run), entriesOf(run, signal), totals);
    const target = { bucket, key, contentType: 'application/json' };
    const stored = await createObject(s3, target, text, signal);
    logger.info(stored.existed ? 'manifest was there' : 'manifest written', {
      bytes: stored.bytes,
    });
    metrics.addMetric('RunsCompleted', MetricUnit.Count, 1);
    return { runId: run.runId, manifest: `s3://${bucket}/${key}`, totals: totals.totals() };
  };
}
