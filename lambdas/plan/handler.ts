import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient, S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { Ledger } from '#aws/ledger.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { parseS3Uri } from '#aws/s3-uri.ts';
import { planChunks } from '#core/chunks/plan-matrix.ts';
import {
  type ChunkTask,
  DEFAULT_CONCURRENCY,
  RESULTS_FOLDER,
  type RequestDefaults,
} from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import { assertSameKind } from '#core/manifest/generations.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { chunkTextBounds } from '#core/outputs/csv/text-bounds.ts';
import { assertExpected } from '#core/request/expectations.ts';
import { parseRequest } from '#core/request/request.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import {
  defaultPrefix,
  layoutKey,
  manifestKey,
  outputUri,
  planKey,
} from '#core/run/output-keys.ts';
import {
  generationOf,
  type OutputLocation,
  type PlanInput,
  type PlanResult,
  type PlanSummary,
  planLine,
} from '#core/run/run.ts';
import { ledgerName, runIdentity, runIdOf } from '#core/run/run-id.ts';
import type { SourceUnit } from '#core/sparse/formats/matrix-format.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { listUnits } from '#core/sparse/source/list-units.ts';
import { pinUnits } from '#core/sparse/source/pin-source.ts';
import { resolveSource } from '#core/sparse/source/resolve-source.ts';
import { resolveContext } from '#lambdas/shared/resolve-context.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';
import { claimGeneration } from './claim.ts';
import { findBase, type Placement } from './find-base.ts';
import { writeJobs } from './write-jobs.ts';

/** What Plan needs from outside. */
export interface PlanDeps extends Instruments {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  readonly outputBucket: string;
  readonly requestDefaults: RequestDefaults;
  readonly now: () => Date;
}

/** A run whose source can be read by rows, and which knows what they come after. */
interface ReadyRun extends BoundRun, Placement {
  readonly layout: MatrixLayout;
}

/** A request bound to one version of its source: all that the run id stands for. */
interface BoundRun {
  readonly request: ExportRequest;
  readonly source: SourcePin;
  readonly units: readonly SourceUnit[];
  readonly identity: string;
  readonly runId: string;
  readonly output: OutputLocation;
}

function locateOutput(request: ExportRequest, runId: string, bucket: string): OutputLocation {
  const { uri } = request.output;
  if (uri === null) {
    return { bucket, prefix: defaultPrefix(parseS3Uri(request.source.uris[0]!).key, runId) };
  }
  const asked = parseS3Uri(uri);
  if (asked.bucket === bucket) return { bucket, prefix: asked.key };
  throw new RequestError([
    `output.uri must lie in s3://${bucket}/, the bucket this deployment may write to, got ${uri}`,
  ]);
}

/** @throws {OutputConflictError} the rows are of another kind than those that they come after. */
function assertFits(
  { request, output }: BoundRun,
  { set }: Placement,
  matrix?: MatrixLayout,
): void {
  if (set === undefined) return;
  const { text: dialect, compression } = request.output;
  const batch = { dialect, compression, ...(matrix && { matrix }) };
  assertSameKind(batch, set, outputUri(output, output.prefix));
}

function summarize({ layout, request }: ReadyRun, chunks: number): PlanSummary {
  const { shape, nnz, dtype, fillValue } = layout;
  const [rows, columns] = shape;
  const text = chunkTextBounds({
    ...{ rows, columns, nnz, dtype, fillValue },
    dialect: request.output.text,
  });
  return {
    rows,
    columns,
    nnz,
    dtype,
    chunks,
    minTextBytes: text.min,
    maxTextBytes: text.max,
  };
}

/**
 * The Plan step: pins the source, checks it and the request, cuts the rows into chunks, claims the
 * output, or the next generation of it, and writes the plan. Nothing is written unless all of `indptr` proved sound.
 *
 * Reads the headers of the source and its `indptr`, in bands; holds two bands.
 */
export function createHandler(deps: PlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics, outputBucket } = deps;

  const bind = async (input: unknown, signal: AbortSignal): Promise<BoundRun> => {
    const request = parseRequest(input, deps.requestDefaults);
    const units = await listUnits(s3ObjectStore(s3, signal), request.source);
    const source = await pinUnits(request.source, units);
    const identity = runIdentity(request, source, outputBucket);
    const runId = await runIdOf(identity);
    const output = locateOutput(request, runId, outputBucket);
    return { request, source, units, identity, runId, output };
  };

  const tasksOf = (ready: ReadyRun, signal: AbortSignal): AsyncGenerator<ChunkTask> => {
    const { source, layout, request, base } = ready;
    const matrix = openLayout(source.uri, layout, s3ObjectStore(s3, signal));
    const dialect = request.output.text;
    const options = { matrix, dialect, chunking: request.chunking, chunksBefore: base.chunks };
    return planChunks(readIndptr(matrix), options);
  };

  const writePlan = async (ready: ReadyRun, signal: AbortSignal): Promise<number> => {
    const { output, runId, layout, request } = ready;
    const { bucket, prefix } = output;
    const generation = generationOf(ready);
    let chunks = 0;
    const lines = async function* () {
      for await (const task of tasksOf(ready, signal)) {
        chunks += 1;
        yield planLine(task);
      }
      // Only now is the whole source known to be sound; the plan appears when this generator ends.
      const { append } = request.output;
      await claimGeneration(s3, { runId, output, generation, append }, signal);
      const key = layoutKey(prefix, generation);
      const place = { bucket, key, contentType: 'application/json' };
      await createObject(s3, place, [JSON.stringify(layout)], signal);
    };
    const key = planKey(prefix, generation);
    const target = { bucket, key, contentType: 'application/x-ndjson' };
    await createObject(s3, target, lines(), signal);
    return chunks;
  };

  const dryRun = async (ready: ReadyRun, signal: AbortSignal): Promise<PlanResult> => {
    let chunks = 0;
    for await (const _ of tasksOf(ready, signal)) chunks += 1;
    const { runId, output } = ready;
    return { decision: 'dry-run', runId, output, summary: summarize(ready, chunks) };
  };

  const write = async (
    ready: ReadyRun,
    executionId: string,
    signal: AbortSignal,
  ): Promise<PlanResult> => {
    const { request, runId, output, source, layout, base } = ready;
    const generation = generationOf(ready);
    const name = ledgerName(runId, generation);
    const ledger = new Ledger(deps.dynamo, deps.ledgerTable, name, deps.now);
    await ledger.startRun(ready.identity, executionId, { runId, source, output, generation });
    const chunks = await writePlan(ready, signal);
    logger.info('plan written', { chunks, output });
    const { text: dialect, compression } = request.output;
    const { parts: _, ...matrix } = layout;
    return {
      decision: 'write',
      run: { runId, source, matrix, output, base, dialect, compression, chunks },
      plan: { bucket: output.bucket, key: planKey(output.prefix, generation) },
      resultsPrefix: `${output.prefix}${RESULTS_FOLDER}`,
      concurrency: request.concurrency ?? DEFAULT_CONCURRENCY,
      summary: summarize(ready, chunks),
    };
  };

  return async ({ request: input, executionId }, signal) => {
    const bound = await bind(input, signal);
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    const { request, runId, output, units } = bound;
    logger.appendKeys({ runId });
    const { append } = request.output;
    const placement = await findBase(s3, { runId, output, append }, signal);
    if (placement === undefined) {
      logger.info('run is complete already');
      const manifest = outputUri(output, manifestKey(output.prefix));
      return { decision: 'complete', runId, manifest };
    }
    assertFits(bound, placement);
    const context = resolveContext(s3, outputBucket, request.source.options, signal);
    const resolution = await resolveSource(units, context);
    if ('jobs' in resolution) {
      if (request.dryRun) return { decision: 'dry-run', runId, output, summary: null };
      return await writeJobs(deps, bound, resolution.jobs, signal);
    }
    const ready = { ...bound, ...placement, layout: resolution.matrix };
    assertExpected(request.expect, ready.layout);
    assertFits(bound, placement, ready.layout);
    return await (request.dryRun ? dryRun(ready, signal) : write(ready, executionId, signal));
  };
}
