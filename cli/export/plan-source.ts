import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { createProgress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { dryRunProse } from '#cli/local/dry-run.ts';
import { askedRun } from '#cli/local/run-request.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import { withPrices } from '#cli/options/prices-option.ts';
import { BoundExceededError } from '#core/errors.ts';
import { readsDatabase } from '#core/request/wing.ts';
import type { ExportOptions } from './export-options.ts';
import { withPaths } from './folder-mounts.ts';
import { type MountedRequest, mountSources } from './mount-sources.ts';
import { planExport } from './plan-run.ts';
import { type ExportPlaces, exportDeps } from './step-deps.ts';
import { OUTPUT_BUCKET } from './work-folder.ts';

/** Options of `plan`. One that was not given is absent. */
export interface PlanCommandOptions extends Omit<ExportOptions, 'out' | 'threads' | 'mode'> {
  readonly concurrency?: number;
  /** Region whose prices are taken. */
  readonly region?: string;
  /** A file of prices in their place. */
  readonly prices?: string;
}

/** An output that nothing is in, and that nothing is written to. */
const NOWHERE = {
  bucket: OUTPUT_BUCKET,
  prefix: '',
  path: join(tmpdir(), 'sparse-fanout-plans-nothing', '/'),
};

async function planned(
  { request, mounts }: MountedRequest,
  options: PlanCommandOptions,
  io: CommandIo,
) {
  const { modules: functions } = await givenFunctions(options);
  const places: ExportPlaces = {
    ...{ mounts: [...mounts, NOWHERE], outputBucket: OUTPUT_BUCKET, functions },
  };
  const deps = { ...exportDeps(places), ...(await withPrices(options)) };
  const progress = createProgress(io);
  try {
    return await planExport(deps, { request, progress, signal: io.signal });
  } finally {
    progress.stop();
    await deps.close();
  }
}

/**
 * Plans a run of files or objects as the workflow does, and writes nothing: prints what the run
 * would take.
 *
 * @throws {BoundExceededError} it would pass a limit of its request; the plan is printed before.
 * @throws {UsageError} the rows lie in a database, which a deployment reaches.
 */
export async function planSource(
  locations: readonly string[],
  options: PlanCommandOptions,
  io: CommandIo,
): Promise<void> {
  const { given } = await askedRun(locations, { ...options, out: '', dryRun: true }, io.signal);
  if (readsDatabase(given.fields)) {
    throw new UsageError(
      'plan reads files and objects, but this request reads PostgreSQL; use local run --dry-run, or start it with "dryRun": true',
    );
  }
  const mounted = await mountSources(given);
  try {
    const dry = await planned(mounted, options, io);
    if (dry.decision !== 'dry-run') throw new Error(`a dry run became ${dry.decision}`);
    // The refusal is the error, which is printed after the plan.
    const { refusal } = dry.summary;
    const plan = { ...dry, summary: { ...dry.summary, refusal: undefined } };
    await printResult(io, dry.summary, dryRunProse(plan, new Date()));
    if (refusal !== undefined) throw new BoundExceededError(refusal);
  } catch (error) {
    if (error instanceof Error) error.message = withPaths(error.message, mounted.mounts);
    throw error;
  }
}
