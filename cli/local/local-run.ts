import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { storageFailure } from '@sparse-fanout/local-cloud/storage-failure.ts';
import { readText } from '#aws/objects.ts';
import { executeRun } from '#cli/executions/execute-run.ts';
import { type FoundRun, findRun, placeInS3 } from '#cli/executions/find-run.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { chunksShown, createProgress, type Progress } from '#cli/frame/progress.ts';
import { ownCode } from '#cli/options/own-code.ts';
import { assertHoldsRun, heldManifest, publishRun } from '#cli/outputs/out-directory.ts';
import { outcomeLines, outcomeSummary, type RunOutcome } from '#cli/outputs/run-outcome.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { ManifestError } from '#core/errors.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { generationKey } from '#core/run/output-keys.ts';
import { boundConcurrency } from './bound-concurrency.ts';
import { dryRunIn, dryRunProse } from './dry-run.ts';
import { leftBehind } from './left-behind.ts';
import { inLocalCloud, type Session, uploadsOf } from './local-cloud-session.ts';
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

/** How a run in a local cloud ended. */
interface Outcome extends RunOutcome {
  /** Settings of the template that have no effect here. */
  readonly notSimulated: readonly string[];
}

const NOT_AWS = 'local stand-ins, checked against AWS recordings; not AWS';

async function publish(
  { clients: { s3 }, link }: Session,
  run: FoundRun,
  work: Work,
): Promise<Manifest> {
  const { bucket, prefix } = run.location;
  const manifestText = await readText(s3, bucket, generationKey(prefix, 1));
  if (manifestText === undefined) throw new ManifestError(`run ${run.runId} has no manifest`);
  const open = (uri: string) => pinObject(s3, uri, work.signal);
  const manifest = parseManifest(manifestText);
  work.progress.say(`putting the chunks into ${work.out}`);
  const placed = chunksShown(work.progress, 'publishing', manifest.entries.length);
  await publishRun({ manifestText, open, link, placed }, work.out, work.signal);
  return manifest;
}

async function runIn(session: Session, work: Work): Promise<Omit<Outcome, 'sample'>> {
  const { outputs, clients, notSimulated } = session;
  const { s3 } = clients;
  const { held, mode, out } = work;
  work.progress.say('uploading the source');
  const request = await work.prepared.upload(uploadsOf(session, work.progress));
  if (held !== undefined && mode !== 'create') {
    const added = await addTo(session, { ...work, request, held, directory: out });
    return { ...added, notSimulated };
  }
  const run = await findRun(s3, request, outputs);
  if (held !== undefined) {
    await assertHoldsRun(out, held, run);
    return { manifest: held, isNew: false, notSimulated };
  }
  const placed = await placeInS3(s3, run);
  if (placed !== undefined) await executeRun(session, placed, request, work);
  const manifest = await publish(session, run, work);
  return { manifest, isNew: placed !== undefined, notSimulated };
}

function summary(outcome: Outcome, out: string, milliseconds: number): object {
  const { notSimulated } = outcome;
  return { ...outcomeSummary(outcome, out, milliseconds), environment: NOT_AWS, notSimulated };
}

function prose(outcome: Outcome, out: string, milliseconds: number): string {
  const { length } = outcome.notSimulated;
  const where = `ran on   ${NOT_AWS}; ${length} settings of the template have no effect here, --json lists them`;
  return [...outcomeLines(outcome, out, milliseconds), where].join('\n');
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
  const own = await ownCode(options);
  const held = await heldManifest(options.out);
  const progress = createProgress(io);
  const { out, state, sample } = options;
  const store = fileObjectStore();
  try {
    // A source that cannot be read, or is not whole yet, is refused before anything starts.
    const prepare = wing === 'table' ? prepareTable : prepareMatrix;
    const prepared = await prepare(given, store, sample);
    const work = { prepared, mode, out, held, progress, signal: io.signal };
    const { concurrency, line } = boundConcurrency(options.concurrency, {
      cores: availableParallelism(),
      availableBytes: process.availableMemory(),
    });
    const left = await leftBehind(out);
    for (const said of [line, left]) if (said !== undefined) progress.say(said);
    const session = { out, state, concurrency, own };
    if (given.fields['dryRun'] === true) {
      const { signal } = io;
      const dry = await inLocalCloud(session, progress, signal, (cloud) =>
        dryRunIn(cloud, { prepared, progress, signal }),
      );
      return await printResult(io, dry, dryRunProse(dry, new Date()));
    }
    const ended = await inLocalCloud(session, progress, io.signal, (cloud) => runIn(cloud, work));
    const outcome = { ...ended, sample };
    const milliseconds = performance.now() - startedAt;
    await printResult(io, summary(outcome, out, milliseconds), prose(outcome, out, milliseconds));
  } catch (error) {
    throw storageFailure(error, dirname(resolve(out))) ?? error;
  } finally {
    progress.stop();
    await store.close();
  }
}
