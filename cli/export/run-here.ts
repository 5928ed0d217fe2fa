import type { S3Client } from '#aws/clients.ts';
import { readLines } from '#aws/objects.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { createHandler as createFinalize, type FinalizeResult } from '#lambdas/finalize/handler.ts';
import { type PlannedExport, type PlannedWrite, planExport } from './plan-run.ts';
import { type ExportPlaces, exportDeps } from './step-deps.ts';
import { writeInThreads } from './write-threads.ts';

/** How a request ended: by a run that is complete now, or was before, or by a plan alone. */
export type EndedHere =
  | { readonly run: PlannedWrite['run']; readonly result: FinalizeResult }
  | Exclude<PlannedExport, PlannedWrite>;

/** A run to make in this process. */
export interface RunHere {
  readonly places: ExportPlaces;
  readonly request: object;
  readonly threads: number;
  readonly progress: Progress;
  /** Looks at the plan before the first chunk is begun, and may refuse it. @default nobody does */
  readonly look?: (s3: S3Client, planned: PlannedWrite) => Promise<void>;
}

async function* chunksOf(
  { s3 }: ReturnType<typeof exportDeps>,
  { plan }: PlannedWrite,
  signal: AbortSignal,
): AsyncGenerator<PlannedChunk> {
  for await (const line of readLines(s3, plan.bucket, plan.key, signal)) yield parsePlanLine(line);
}

/** Writes all chunks of a plan, or finds that they are there. */
async function writeChunks(
  deps: ReturnType<typeof exportDeps>,
  { places, threads, progress }: RunHere,
  planned: PlannedWrite,
  signal: AbortSignal,
): Promise<void> {
  const { run } = planned;
  let done = 0;
  progress.chunks(done, run.chunks);
  await writeInThreads(
    {
      task: { places, run },
      chunks: chunksOf(deps, planned, signal),
      threads: Math.min(threads, run.chunks),
      wrote: () => {
        done += 1;
        progress.chunks(done, run.chunks);
      },
    },
    signal,
  );
}

/**
 * Makes a run in this process and its threads by the steps of the workflow: Plan with its Stage
 * rounds, a writer for each chunk, and Finalize, which proves them and writes the manifest.
 *
 * @throws as these steps.
 */
export async function runHere(here: RunHere, signal: AbortSignal): Promise<EndedHere> {
  const { places, request, progress } = here;
  const deps = exportDeps(places);
  try {
    progress.say('planning');
    const planned = await planExport(deps, { request, progress, signal });
    if (!('run' in planned)) return planned;
    await here.look?.(deps.s3, planned);
    progress.say(`running ${planned.run.runId}`);
    await writeChunks(deps, here, planned, signal);
    const { run } = planned;
    return { run, result: await createFinalize(deps)({ run }, signal) };
  } finally {
    progress.stop();
    await deps.close();
  }
}
