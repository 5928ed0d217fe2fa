import { prepareLoad } from '#aws/postgres/prepare-load.ts';
import { publishLoad } from '#aws/postgres/publish-load.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { LoadTableInput } from '#core/run/load-table-input.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { qualified } from '#core/tables/postgres/load-target.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import { recordedRows } from '#lambdas/shared/recorded-rows.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { loadRunOf } from './load-run.ts';
import { type LoadDeps, loadTableChunk, withDatabase } from './load-table-chunk.ts';

/** What LoadTable needs from outside. */
interface LoadTableDeps extends RecordDeps, LoadDeps {}

/** What was done of a run. */
interface LoadedRun {
  readonly runId: string;
}

async function prepare(
  deps: LoadTableDeps,
  run: TableRun,
  signal: AbortSignal,
): Promise<LoadedRun> {
  const load = loadRunOf(run, await readLayout(deps.s3, run, signal));
  const { connection, schema, table } = load.target;
  const action = `prepare ${qualified(schema, table)}`;
  await withDatabase(deps, { connection, action }, signal, (client) => prepareLoad(client, load));
  return { runId: run.runId };
}

async function publish(
  deps: LoadTableDeps,
  run: TableRun,
  signal: AbortSignal,
): Promise<LoadedRun> {
  const layout = await readLayout(deps.s3, run, signal);
  const load = loadRunOf(run, layout);
  const { connection, schema, table } = load.target;
  const { chunks } = run;
  const rows = await recordedRows(deps, run, layout);
  const action = `publish ${qualified(schema, table)}`;
  await withDatabase(deps, { connection, action }, signal, (client) =>
    publishLoad(client, load, { chunks, rows }),
  );
  return { runId: run.runId };
}

/**
 * The LoadTable step, which alone reaches databases. It compares or makes the table before anything
 * is sent, loads one chunk after the other, and ends the load once all are in: then rows that were
 * loaded beside a table replace it.
 */
export function createHandler(deps: LoadTableDeps): Step<LoadTableInput, WriteResult | LoadedRun> {
  return async (input, signal) => {
    const { run } = input;
    deps.logger.appendKeys({ runId: run.runId });
    if (input.task === 'prepare') return await prepare(deps, run, signal);
    if (input.task === 'publish') return await publish(deps, run, signal);
    const { chunk } = input;
    const key = chunkKeyBy(tableOutput(run.output), run, chunk.index);
    const load = () => loadTableChunk(deps, { run, chunk, key }, signal);
    return await recordChunk(deps, { run, chunk, key }, load, signal);
  };
}
