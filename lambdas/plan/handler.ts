import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient, S3Client } from '#aws/clients.ts';
import { createObject } from '#aws/create-only.ts';
import { Ledger } from '#aws/ledger.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import { parseS3Uri } from '#aws/s3-uri.ts';
import { headObject } from '#aws/stored-object.ts';
import { planChunks } from '#core/chunking/plan-chunks.ts';
import {
  type ChunkTask,
  DEFAULT_CONCURRENCY,
  RESULTS_FOLDER,
  type RequestDefaults,
} from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import { chunkTextBounds } from '#core/estimate/text-size.ts';
import { assertExpected } from '#core/expectations.ts';
import type { CsrLayout } from '#core/formats/csr-layout.ts';
import { openMatrix } from '#core/formats/open-matrix.ts';
import { defaultPrefix, manifestKey, outputUri, planKey } from '#core/output.ts';
import { parseRequest } from '#core/request.ts';
import type { ExportRequest } from '#core/request-schema.ts';
import {
  type OutputLocation,
  type PlanInput,
  type PlanResult,
  type PlanSummary,
  planLine,
} from '#core/run.ts';
import { runIdentity, runIdOf, type SourcePin } from '#core/run-id.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';
import { claimPrefix, isClaimedBy } from './claim.ts';

/** What Plan needs from outside. */
export interface PlanDeps extends Instruments {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  readonly outputBucket: string;
  readonly requestDefaults: RequestDefaults;
  readonly now: () => Date;
}

/** A request bound to one version of its source: all that the run id stands for. */
interface BoundRun {
  readonly request: ExportRequest;
  readonly source: SourcePin;
  readonly layout: CsrLayout;
  readonly identity: string;
  readonly runId: string;
  readonly output: OutputLocation;
}

function locateOutput(request: ExportRequest, runId: string, bucket: string): OutputLocation {
  const { uri } = request.output;
  if (uri === null) {
    return { bucket, prefix: defaultPrefix(parseS3Uri(request.source.uri).key, runId) };
  }
  const asked = parseS3Uri(uri);
  if (asked.bucket === bucket) return { bucket, prefix: asked.key };
  throw new RequestError([
    `output.uri must lie in s3://${bucket}/, the bucket this deployment may write to, got ${uri}`,
  ]);
}

function summarize({ layout, request }: BoundRun, chunks: number): PlanSummary {
  const { shape, nnz, dtype } = layout;
  const [rows, columns] = shape;
  const text = chunkTextBounds({ rows, columns, nnz, dtype, dialect: request.output.text });
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
 * output prefix and writes the plan. Nothing is written unless all of `indptr` proved sound.
 *
 * Reads the headers of the source and its `indptr`, in bands; holds two bands.
 */
export function createHandler(deps: PlanDeps): Step<PlanInput, PlanResult> {
  const { s3, logger, metrics, outputBucket } = deps;

  const bind = async (input: unknown, signal: AbortSignal): Promise<BoundRun> => {
    const request = parseRequest(input, deps.requestDefaults);
    const source = await pinSource(s3, request.source, signal);
    const layout = await openMatrix(s3Source(s3, source, signal));
    assertExpected(request.expect, layout);
    const identity = runIdentity(request, source, outputBucket);
    const runId = await runIdOf(identity);
    const output = locateOutput(request, runId, outputBucket);
    return { request, source, layout, identity, runId, output };
  };

  const tasksOf = (bound: BoundRun, signal: AbortSignal): AsyncGenerator<ChunkTask> => {
    const { layout, request } = bound;
    const source = s3Source(s3, bound.source, signal);
    const dialect = request.output.text;
    const options = { matrix: layout, dialect, chunking: request.chunking };
    return planChunks(readIndptr(source, layout), options);
  };

  const writePlan = async (bound: BoundRun, signal: AbortSignal): Promise<number> => {
    let chunks = 0;
    const lines = async function* () {
      for await (const task of tasksOf(bound, signal)) {
        chunks += 1;
        yield planLine(task);
      }
      // Only now is the whole source known to be sound; the plan appears when this generator ends.
      await claimPrefix(s3, bound.output, bound.runId, signal);
    };
    const { bucket, prefix } = bound.output;
    const target = { bucket, key: planKey(prefix), contentType: 'application/x-ndjson' };
    await createObject(s3, target, lines(), signal);
    return chunks;
  };

  const dryRun = async (bound: BoundRun, signal: AbortSignal): Promise<PlanResult> => {
    let chunks = 0;
    for await (const _ of tasksOf(bound, signal)) chunks += 1;
    const { runId, output } = bound;
    return { decision: 'dry-run', runId, output, summary: summarize(bound, chunks) };
  };

  const isComplete = async ({ output, runId }: BoundRun, signal: AbortSignal): Promise<boolean> => {
    if (!(await isClaimedBy(s3, output, runId, signal))) return false;
    const manifest = await headObject(s3, output.bucket, manifestKey(output.prefix), signal);
    return manifest !== undefined;
  };

  return async ({ request: input, executionId }, signal) => {
    const bound = await bind(input, signal);
    metrics.addMetric('RequestsPlanned', MetricUnit.Count, 1);
    const { request, runId, output, source, layout } = bound;
    logger.appendKeys({ runId });
    if (await isComplete(bound, signal)) {
      logger.info('run is complete already');
      const manifest = outputUri(output, manifestKey(output.prefix));
      return { decision: 'complete', runId, manifest };
    }
    if (request.dryRun) return await dryRun(bound, signal);

    const ledger = new Ledger(deps.dynamo, deps.ledgerTable, runId, deps.now);
    await ledger.startRun(bound.identity, executionId, { source, output });
    const chunks = await writePlan(bound, signal);
    logger.info('plan written', { chunks, output });
    const { text: dialect, compression } = request.output;
    return {
      decision: 'write',
      run: { runId, source, layout, output, dialect, compression, chunks },
      plan: { bucket: output.bucket, key: planKey(output.prefix) },
      resultsPrefix: `${output.prefix}${RESULTS_FOLDER}`,
      concurrency: request.concurrency ?? DEFAULT_CONCURRENCY,
      summary: summarize(bound, chunks),
    };
  };
}
