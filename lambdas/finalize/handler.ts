import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient, S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { Ledger } from '#aws/ledger.ts';
import { listObjectsAfter, readLines } from '#aws/objects.ts';
import { type ChunkTask, OUTPUT_FOLDERS } from '#core/contract.ts';
import { ManifestError } from '#core/errors.ts';
import { baseOf } from '#core/manifest/generations.ts';
import type { ManifestEntry, ManifestTotals } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { proveChunks } from '#core/manifest/prove-chunks.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { chunkKey } from '#core/run/chunk-name.ts';
import { generationKey, manifestKey, outputUri, planKey } from '#core/run/output-keys.ts';
import { type FinalizeInput, generationOf, parsePlanLine, type RunHeader } from '#core/run/run.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { type GenerationManifest, openGeneration } from '#lambdas/shared/manifests.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';
import { isPublished, publishGeneration } from './publish.ts';

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
  /** Which one of the set the run is, from 1. */
  readonly generation: number;
  /** Of all generations. */
  readonly totals: ManifestTotals;
}

async function* planLines(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): AsyncGenerator<ChunkTask> {
  const { bucket, prefix } = run.output;
  const key = planKey(prefix, generationOf(run));
  for await (const line of readLines(s3, bucket, key, signal)) yield parsePlanLine(line);
}

/** The manifest of the generation that a run comes after; undefined when it begins a set. */
async function openBase(
  s3: S3Client,
  { output, base }: RunHeader,
  signal: AbortSignal,
): Promise<GenerationManifest | undefined> {
  if (base.generation === 0) return undefined;
  const opened = await openGeneration(s3, output, base.generation, signal);
  const { generation, chunks, rows } = baseOf(opened.head.generations ?? []);
  if (generation === base.generation && chunks === base.chunks && rows === base.rows) return opened;
  throw new ManifestError(
    `generation ${base.generation} of ${outputUri(output, output.prefix)} has ${chunks} chunks and ${rows} rows, but had ${base.chunks} and ${base.rows} when the run was planned`,
  );
}

/**
 * The Finalize step: proves from plan, ledger and bucket that every chunk is there once, in order
 * and as recorded, and writes the manifest: that of the run's generation create-only, then the latest.
 * The latter's existence means that a set is complete, its generations which runs are in it.
 *
 * Memory: one page of each account and the part buffers, whatever the number of chunks.
 */
export function createHandler(deps: FinalizeDeps): Step<FinalizeInput, FinalizeResult> {
  const { s3, logger, metrics } = deps;

  const proven = (run: RunHeader, signal: AbortSignal): AsyncGenerator<ManifestEntry> => {
    const { runId, base, output } = run;
    const { bucket } = output;
    const prefix = `${output.prefix}${OUTPUT_FOLDERS.data}`;
    const after = base.chunks === 0 ? undefined : chunkKey(run, base.chunks - 1);
    const name = ledgerName(runId, generationOf(run));
    return proveChunks(run, {
      plan: planLines(s3, run, signal),
      ledger: new Ledger(deps.dynamo, deps.ledgerTable, name, deps.now).chunks(),
      objects: listObjectsAfter(s3, { bucket, prefix, after }, signal),
    });
  };

  /** Writes the manifest of the run's generation create-only. */
  const writeManifest = async (run: RunHeader, signal: AbortSignal): Promise<ManifestTotals> => {
    const base = await openBase(s3, run, signal);
    const entries = async function* () {
      if (base !== undefined) yield* base.entries;
      yield* proven(run, signal);
    };
    const totals = new TotalsBuilder();
    const text = manifestText(manifestHead(run, base), entries(), totals);
    const { bucket, prefix } = run.output;
    const key = generationKey(prefix, generationOf(run));
    const target = { bucket, key, contentType: 'application/json' };
    const { existed, bytes } = await createObject(s3, target, text, signal);
    logger.info(existed ? 'manifest was there' : 'manifest written', { key, bytes });
    return totals.totals();
  };

  const finalize = async (run: RunHeader, signal: AbortSignal): Promise<ManifestTotals> => {
    const totals = await writeManifest(run, signal);
    await publishGeneration(s3, run, signal);
    return totals;
  };

  /** Totals of a run that is in its output already; undefined when it is not. */
  const published = async (run: RunHeader, signal: AbortSignal) => {
    if (!(await isPublished(s3, run, signal))) return undefined;
    const { entries } = await openGeneration(s3, run.output, generationOf(run), signal);
    const totals = new TotalsBuilder();
    for await (const entry of entries) totals.add(entry);
    return totals.totals();
  };

  return async ({ run }, signal) => {
    const { runId, output } = run;
    logger.appendKeys({ runId });
    const failed = async (error: unknown): Promise<ManifestTotals> => {
      // A twin may have been faster, and chunks of the next generation may lie there already.
      const totals = await published(run, signal);
      if (totals === undefined) throw error;
      return totals;
    };
    const totals = (await published(run, signal)) ?? (await finalize(run, signal).catch(failed));
    metrics.addMetric('RunsCompleted', MetricUnit.Count, 1);
    const manifest = outputUri(output, manifestKey(output.prefix));
    return { runId, manifest, generation: generationOf(run), totals };
  };
}
