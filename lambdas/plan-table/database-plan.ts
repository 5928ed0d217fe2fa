import type { S3Client } from '#aws/clients/s3.ts';
import { readLines, readText } from '#aws/objects.ts';
import { OutputConflictError, RequestError, UploadConflictError } from '#core/errors.ts';
import { layoutKey, planKey } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { DatabaseReader, ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import { parseTableLayout, type TableLayout } from '#core/tables/run/table-layout.ts';
import { claimGeneration } from '#lambdas/shared/claim.ts';
import { engineBytes } from '#lambdas/shared/engine-bytes.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { pricesOf } from '#lambdas/shared/plan-prices.ts';
import { lookAtDatabase, proveRelation } from '#tables/database/look-at-database.ts';
import { planDatabase } from '#tables/database/plan-database.ts';
import { layoutOfSeen } from '#tables/look-at-rows.ts';
import type { TablePlan } from '#tables/plan-table.ts';
import { withEngine } from '#tables/with-engine.ts';
import { checkTable, type ReadyTable } from './checked-table.ts';
import type { PlacedTable } from './placed-table.ts';
import { assertTableWithinLimits, dryRunSummary } from './table-summary.ts';
import { writeTablePlan } from './write-table-plan.ts';

/** What reads databases of the deployment. Absent in a function that has no access to any. */
export interface DatabaseDeps {
  readonly databases?: ReadDatabase;
}

type Deps = PlanDeps & OwnFunctions & DatabaseDeps;

/** What an earlier try of the plan has written. */
interface Standing {
  readonly layout?: TableLayout;
  readonly chunks?: readonly TableChunk[];
}

async function chunksAt(
  s3: S3Client,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  signal: AbortSignal,
): Promise<readonly TableChunk[] | undefined> {
  if ((await readText(s3, bucket, key, signal)) === undefined) return undefined;
  const chunks: TableChunk[] = [];
  for await (const line of readLines(s3, bucket, key, signal)) {
    const chunk = parsePlanLine(line);
    if ('start' in chunk) chunks.push(chunk);
  }
  return chunks;
}

/**
 * What an earlier try or start of the run has planned stands, as the table may have other rows by
 * now.
 *
 * @throws {OutputConflictError} it is of another run.
 */
async function standingPlan(
  { s3 }: Deps,
  { bound, placement }: PlacedTable,
  signal: AbortSignal,
): Promise<Standing> {
  const { runId, location, request } = bound;
  const { bucket, prefix } = location;
  const { generation } = placement;
  const layout = await readText(s3, bucket, layoutKey(prefix, generation), signal);
  if (request.dryRun || layout === undefined) return {};
  await claimGeneration(s3, { runId, location, generation, mode: request.place.mode }, signal);
  const chunks = await chunksAt(s3, { bucket, key: planKey(prefix, generation) }, signal);
  return { layout: parseTableLayout(layout), ...(chunks && { chunks }) };
}

/** A plan that stands; how large its files become was said when it was made. */
function plannedBefore(layout: TableLayout, chunks: readonly TableChunk[]): TablePlan {
  const rows = chunks.reduce((sum, { keys }) => sum + (keys?.rows ?? 0), 0);
  return {
    ...{ layout, chunks, ratio: 0, predictedBytes: 0, predictedFileBytes: { min: 0, max: 0 } },
    ...{ predictedRows: rows, smallerTypes: [] },
    warnings: ['the plan of an earlier start stands; its sizes are not predicted again'],
  };
}

async function layoutFrom(
  reader: DatabaseReader,
  deps: Deps,
  { placed, standing, engine }: Planning,
): Promise<TableLayout> {
  if (standing.layout?.postgres !== undefined) {
    await proveRelation(standing.layout.postgres.from, reader);
    return standing.layout;
  }
  const { request } = placed.bound;
  const seen = await lookAtDatabase(request, reader);
  return await layoutOfSeen(request, seen, { engine, functions: deps.functions });
}

interface Planning {
  readonly placed: PlacedTable;
  readonly standing: Standing;
  readonly engine: Parameters<typeof planDatabase>[2]['engine'];
  readonly directory: string;
}

/** Looks, counts and samples in one transaction, so that all is of the same rows. */
async function planNow(
  reader: DatabaseReader,
  deps: Deps,
  planning: Planning,
  signal: AbortSignal,
): Promise<ReadyTable> {
  const { placed, standing, engine, directory } = planning;
  const { bound, placement } = placed;
  const layout = await layoutFrom(reader, deps, planning);
  const checked = await checkTable(bound, placement, layout);
  const firstIndex = placement.base.chunks;
  const options = { layout, engine, directory, firstIndex, signal };
  const planned = await planDatabase(bound.request, reader, options);
  if (standing.layout === undefined) return { ...checked, planned };
  const stands = { layout: true, chunks: false };
  return { ...checked, planned: { ...planned, layout: standing.layout }, stands };
}

async function readyRows(
  deps: Deps,
  placed: PlacedTable,
  standing: Standing,
  signal: AbortSignal,
): Promise<ReadyTable> {
  const { layout, chunks } = standing;
  if (layout !== undefined && chunks !== undefined) {
    const checked = await checkTable(placed.bound, placed.placement, layout);
    const stands = { layout: true, chunks: true };
    return { ...checked, planned: plannedBefore(layout, chunks), stands };
  }
  const { databases } = deps;
  if (databases === undefined) {
    throw new RequestError([
      'source.postgres cannot be read here, as this deployment has no databases; deploy it with the prop postgres',
    ]);
  }
  const { connection } = placed.bound.request.source.postgres!;
  return await withEngine(engineBytes(), async (room) =>
    databases(connection, signal, (reader) =>
      planNow(reader, deps, { placed, standing, ...room }, signal),
    ),
  );
}

/**
 * Plans a table of a database, by what its rows are now. What an earlier try has planned stands.
 *
 * @throws {UploadConflictError} another try was faster; this one goes on with its plan when it is
 * tried again.
 * @throws as `lookAtDatabase`, `planDatabase` and `checkTable`.
 */
export async function planRows(
  deps: Deps,
  placed: PlacedTable,
  signal: AbortSignal,
): Promise<PlanResult> {
  const { bound, executionId } = placed;
  const { request, runId, location } = bound;
  const standing = await standingPlan(deps, placed, signal);
  const ready = await readyRows(deps, placed, standing, signal);
  if (request.dryRun) {
    return { decision: 'dry-run', runId, location, summary: dryRunSummary(ready, pricesOf(deps)) };
  }
  assertTableWithinLimits(ready, pricesOf(deps));
  try {
    return await writeTablePlan(deps, { ready, executionId }, signal);
  } catch (error) {
    if (!(error instanceof OutputConflictError) || ready.stands?.chunks) throw error;
    const other = await standingPlan(deps, placed, signal);
    if (other.layout === undefined) throw error;
    throw new UploadConflictError('another try has planned other rows, which stands', {
      cause: error,
    });
  }
}
