import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients/s3.ts';
import { openGeneration } from '#aws/manifests.ts';
import { OutputConflictError } from '#core/errors.ts';
import type { ManifestTotals } from '#core/manifest/manifest.ts';
import { totalsOf } from '#core/manifest/totals.ts';
import { manifestKey, outputUri } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { FinalizeInput } from '#core/run/step-messages.ts';
import type { Step } from '#lambdas/shared/step.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import { isPublished, publishGeneration, publishProved } from './publish.ts';
import { removeScattered } from './remove-scattered.ts';
import { addRunMetrics } from './run-metrics.ts';
import { writeManifest } from './write-manifest.ts';

/** Output of a finished execution. */
export interface FinalizeResult {
  readonly runId: string;
  /** S3 URI of the manifest. */
  readonly manifest: string;
  /** Which generation of its output the run is, from 1. */
  readonly generation: number;
  /** Sums over all generations. */
  readonly totals: ManifestTotals;
}

/** Totals of a run that is in its output already; undefined when it is not. */
async function publishedTotals(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): Promise<ManifestTotals | undefined> {
  if (!(await isPublished(s3, run, signal))) return undefined;
  return await totalsOf(await openGeneration(s3, run.location, run.generation, signal));
}

/**
 * The Finalize step. Proves from plan, ledger and bucket that every chunk is there once, in order
 * and as recorded. Then writes the manifest of the run's generation create-only, and after it the
 * latest manifest. An output is complete if it has a latest manifest; `generations` in it lists the
 * runs that are in the output.
 *
 * Memory: a network buffer of the plan, two pages of each of the ledger's 16 shards, nine pages of
 * the bucket's listing, and the part buffers, for any number of chunks.
 */
export function createHandler(deps: FinalizeDeps): Step<FinalizeInput, FinalizeResult> {
  const { s3, logger, metrics } = deps;

  const finalize = async (run: RunHeader, signal: AbortSignal): Promise<ManifestTotals> => {
    try {
      const totals = await writeManifest(deps, run, signal);
      await publishGeneration(s3, run, signal);
      return totals;
    } catch (error) {
      // Another execution of this run may have been faster; then chunks of the next generation may
      // be there already.
      const totals = await publishedTotals(s3, run, signal);
      if (totals !== undefined) return totals;
      if (error instanceof OutputConflictError) await publishProved(s3, run, signal);
      throw error;
    }
  };

  return async ({ run, prediction }, signal) => {
    const { runId, location, generation } = run;
    logger.appendKeys({ runId });
    const totals = (await publishedTotals(s3, run, signal)) ?? (await finalize(run, signal));
    await removeScattered(s3, run, signal);
    metrics.addMetric('RunsCompleted', MetricUnit.Count, 1);
    addRunMetrics(metrics, prediction);
    const manifest = outputUri(location, manifestKey(location.prefix));
    return { runId, manifest, generation, totals };
  };
}
