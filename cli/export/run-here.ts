import { readLines } from '#aws/objects.ts';
import { type Progress, VERIFYING } from '#cli/frame/progress.ts';
import type { RequestFields } from '#cli/options/request-file.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { createHandler as createFinalize, type FinalizeResult } from '#lambdas/finalize/handler.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import { isDryRun } from './export-job.ts';
import { measureParts } from './measure-parts.ts';
import { type PlannedExport, type PlannedWrite, planExport } from './plan-run.ts';
import { type ExportDeps, type ExportPlaces, exportDeps } from './step-deps.ts';
import { WriterThreads } from './write-threads.ts';

/** How a request ended: by a run that is complete now, or was before, or by a plan alone. */
export type EndedHere =
  | { readonly run: PlannedWrite['run']; readonly result: FinalizeResult }
  | Exclude<PlannedExport, PlannedWrite>;

/** A run to make in this process. */
export interface RunHere {
  readonly places: ExportPlaces;
  readonly request: RequestFields;
  readonly threads: number;
  readonly progress: Progress;
  /** Looks at the plan before the first chunk is begun, and may refuse it. @default nobody does */
  readonly look?: (planned: PlannedWrite) => Promise<void>;
}

async function* chunksOf(
  { s3 }: ExportDeps,
  { plan }: PlannedWrite,
  signal: AbortSignal,
): AsyncGenerator<PlannedChunk> {
  for await (const line of readLines(s3, plan.bucket, plan.key, signal)) yield parsePlanLine(line);
}

/** Writes all chunks of a plan, or finds that they are there. */
async function writeChunks(
  { places, progress }: RunHere,
  { deps, writers }: { readonly deps: ExportDeps; readonly writers: WriterThreads },
  planned: PlannedWrite,
  signal: AbortSignal,
): Promise<void> {
  const { run } = planned;
  let [done, bytes] = [0, 0];
  const show = () =>
    progress.show({ title: 'writing', unit: 'chunks', done, total: run.chunks, bytes });
  show();
  const wrote = (written: WriteResult) => {
    done += 1;
    bytes += written.bytes;
    show();
  };
  const chunks = () => chunksOf(deps, planned, signal);
  const parts = await measureParts({ places, run }, chunks, writers, signal);
  const task = { places: { ...places, parts }, run };
  await writers.write({ task, chunks: chunks(), wrote }, signal);
}

/**
 * Makes a run in this process and its threads by the steps of the workflow: Plan with its Stage
 * rounds, a writer for each chunk, and Finalize, which proves them and writes the manifest.
 *
 * @throws as these steps.
 */
export async function runHere(here: RunHere, signal: AbortSignal): Promise<EndedHere> {
  const { places, request, progress, threads } = here;
  const deps = exportDeps(places);
  const writers = new WriterThreads(isDryRun(request) ? 0 : threads);
  try {
    progress.say('planning');
    const planned = await planExport(deps, { request, progress, signal });
    if (!('run' in planned)) return planned;
    await here.look?.(planned);
    progress.say(`running ${planned.run.runId}`);
    await writeChunks(here, { deps, writers }, planned, signal);
    progress.show(VERIFYING);
    const { run } = planned;
    return { run, result: await createFinalize(deps)({ run }, signal) };
  } finally {
    progress.stop();
    await writers.stop();
    await deps.close();
  }
}
