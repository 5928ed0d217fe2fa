import { availableParallelism } from 'node:os';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { createProgress } from '#cli/frame/progress.ts';
import { boundConcurrency } from '#cli/local/bound-concurrency.ts';
import { dryRunProse } from '#cli/local/dry-run.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import { outcomeLines, outcomeSummary } from '#cli/outputs/run-outcome.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import type { Wing } from '#core/request/wing-fields.ts';
import type { ExportEnd, ExportJob } from './export-job.ts';
import type { ExportOptions } from './export-options.ts';
import { askedExport } from './export-request.ts';
import { exportToFolder } from './export-to-folder.ts';
import { exportToS3 } from './export-to-s3.ts';
import { withPaths } from './folder-mounts.ts';
import { mountSources } from './mount-sources.ts';

/**
 * Memory of a thread that writes: of a matrix two slices and a buffer; of a table the engine.
 * @see test/cli/export/export-memory.test.ts
 */
const THREAD_BYTES: Readonly<Record<Wing, number>> = { matrix: 100e6, table: 1.6e9 };

async function jobOf(
  locations: readonly string[],
  options: ExportOptions,
  io: CommandIo,
): Promise<ExportJob> {
  const { signal } = io;
  const { wing, given, mode } = await askedExport(locations, options, signal);
  const { modules: functions } = await givenFunctions(options);
  const progress = createProgress(io);
  const cores = availableParallelism();
  const machine = { cores, availableBytes: process.availableMemory() };
  const asked = options.threads ?? cores;
  const { concurrency: threads, line } = boundConcurrency(asked, machine, THREAD_BYTES[wing]);
  if (line !== undefined) progress.say(line);
  return { ...(await mountSources(given)), mode, functions, threads, progress, signal };
}

/** Files have URIs in the steps, but their own paths in what people read. */
function inPaths(error: unknown, { mounts }: ExportJob): unknown {
  if (error instanceof Error) error.message = withPaths(error.message, mounts);
  return error;
}

async function printEnd(io: CommandIo, end: ExportEnd, out: string, milliseconds: number) {
  if ('decision' in end) return await printResult(io, end, dryRunProse(end, new Date()));
  const outcome = { ...end, sample: undefined };
  const lines = outcomeLines(outcome, out, milliseconds);
  await printResult(io, outcomeSummary(outcome, out, milliseconds), lines.join('\n'));
}

/**
 * Makes the output of files or objects in a directory or in S3, by the steps of the workflow in
 * this process and its threads.
 *
 * @throws as `askedExport`, `exportToFolder` and `exportToS3`.
 */
export async function exportRun(
  locations: readonly string[],
  options: ExportOptions,
  io: CommandIo,
): Promise<void> {
  const startedAt = performance.now();
  const job = await jobOf(locations, options, io);
  const { out } = options;
  try {
    const end = await (isS3Uri(out) ? exportToS3(job, out) : exportToFolder(job, out));
    await printEnd(io, end, out, performance.now() - startedAt);
  } catch (error) {
    throw inPaths(error, job);
  }
}
