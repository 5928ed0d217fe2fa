import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { storageFailure } from '@sparse-fanout/local-cloud/storage-failure.ts';
import { readText } from '#aws/objects.ts';
import { executeRun } from '#cli/executions/execute-run.ts';
import { type FoundRun, findRun, placeInS3 } from '#cli/executions/find-run.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount, formatSeconds } from '#cli/frame/format-figures.ts';
import { createProgress, type Progress } from '#cli/frame/progress.ts';
import { givenFunctions } from '#cli/options/functions-option.ts';
import { assertHoldsRun, heldManifest, publishRun } from '#cli/outputs/out-directory.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { ManifestError } from '#core/errors.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { generationKey } from '#core/run/output-keys.ts';
import { boundConcurrency } from './bound-concurrency.ts';
import { dryRunIn, dryRunProse } from './dry-run.ts';
import { inLocalCloud, type Session } from './local-cloud-session.ts';
import { addTo } from './local-generation.ts';
import type { LocalRunOptions } from './local-options.ts';
import { prepareMatrix } from './prepare-matrix.ts';
import { prepareTable } from './prepare-table.ts';
import type { PreparedRun } from './prepared-run.ts';
import { askedRun } from './run-request.ts';

/** What one run works with. */
interface Work {
  readonly prepared: PreparedRun;
  readonly mode: OutputMode;
  readonly out: string;
  /** Manifest of the run that `--out` holds already. */
  readonly held: Manifest | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How a run ended. */
interface Outcome {
  readonly manifest: Manifest;
  /** False when an earlier run has written everything. */
  readonly isNew: boolean;
  /** Settings of the template that have no effect here. */
  readonly notSimulated: readonly string[];
}

const NOT_AWS = 'local stand-ins, checked against AWS recordings; not AWS';

async function publish({ s3 }: Session['clients'], run: FoundRun, work: Work): Promise<Manifest> {
  const { bucket, prefix } = run.location;
  const manifestText = await readText(s3, bucket, generationKey(prefix, 1));
  if (manifestText === undefined) throw new ManifestError(`run ${run.runId} has no manifest`);
  const open = (uri: string) => pinObject(s3, uri, work.signal);
  work.progress.say(`copying the chunks to ${work.out}`);
  await publishRun({ manifestText, open }, work.out, work.signal);
  return parseManifest(manifestText);
}

async function runIn(session: Session, work: Work): Promise<Outcome> {
  const { outputs, clients, notSimulated } = session;
  const { s3 } = clients;
  const { held, mode, out } = work;
  work.progress.say('uploading the source');
  const request = await work.prepared.upload(s3, outputs.sourceBucket);
  if (held !== undefined && mode !== 'create') {
    const added = await addTo(session, { ...work, request, held, directory: out });
    return { ...added, notSimulated };
  }
  const run = await findRun(s3, request, outputs);
  if (held !== undefined) {
    await assertHoldsRun(out, held, run.runId);
    return { manifest: held, isNew: false, notSimulated };
  }
  const placed = await placeInS3(s3, run);
  if (placed !== undefined) await executeRun(session, placed, request, work);
  const manifest = await publish(clients, run, work);
  return { manifest, isNew: placed !== undefined, notSimulated };
}

function summary(
  { manifest, isNew, notSimulated }: Outcome,
  out: string,
  milliseconds: number,
): object {
  const { runId, totals } = manifest;
  const seconds = Math.round(milliseconds) / 1000;
  return { runId, out, isNew, ...totals, seconds, environment: NOT_AWS, notSimulated };
}

function prose(
  { manifest, isNew, notSimulated }: Outcome,
  out: string,
  milliseconds: number,
): string {
  const { runId, totals } = manifest;
  const { rows, chunks, bytes, crc32 } = totals;
  const known = isNew ? '' : ', complete already: nothing new was written';
  return [
    `run      ${runId}${known}`,
    `rows     ${formatCount(rows)}`,
    `chunks   ${formatCount(chunks)}, ${formatBytes(bytes)}`,
    `CRC-32   ${crc32} of all chunks in order`,
    `output   ${out}`,
    `time     ${formatSeconds(milliseconds)}`,
    `ran on   ${NOT_AWS}; ${notSimulated.length} settings of the template have no effect here, --json lists them`,
  ].join('\n');
}

/**
 * Runs the stack of this checkout on files, from their upload to verified copies of the chunks.
 *
 * @throws {RequestError} the request is wrong; nothing was started.
 * @throws {UsageError} `--out` holds something else; nothing was started.
 * @throws {StorageFailed} a disk is full.
 * @throws {StateDirectoryInUse} another process works on `--state`.
 * @throws {ExecutionFailed} the execution failed; `--out` is as it was before.
 */
export async function localRun(
  locations: readonly string[],
  options: LocalRunOptions,
  io: CommandIo,
): Promise<void> {
  const startedAt = performance.now();
  const { wing, given, mode } = await askedRun(locations, options, io.signal);
  const functions = await givenFunctions(options);
  const held = await heldManifest(options.out);
  const progress = createProgress(io);
  const { out, state } = options;
  const store = fileObjectStore();
  try {
    // A source that cannot be read, or is not whole yet, is refused before anything starts.
    const prepare = wing === 'table' ? prepareTable : prepareMatrix;
    const prepared = await prepare(given, store);
    const work = { prepared, mode, out, held, progress, signal: io.signal };
    const { concurrency, line } = boundConcurrency(options.concurrency, {
      cores: availableParallelism(),
      availableBytes: process.availableMemory(),
    });
    if (line !== undefined) progress.say(line);
    const session = { out, state, concurrency, functions };
    if (given.fields['dryRun'] === true) {
      const { signal } = io;
      const dry = await inLocalCloud(session, progress, signal, (cloud) =>
        dryRunIn(cloud, { prepared, progress, signal }),
      );
      return await printResult(io, dry, dryRunProse(dry));
    }
    const outcome = await inLocalCloud(session, progress, io.signal, (cloud) => runIn(cloud, work));
    const milliseconds = performance.now() - startedAt;
    await printResult(io, summary(outcome, out, milliseconds), prose(outcome, out, milliseconds));
  } catch (error) {
    throw storageFailure(error, dirname(resolve(out))) ?? error;
  } finally {
    progress.stop();
    await store.close();
  }
}
