import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { storageFailure } from '@sparse-fanout/local-cloud/storage-failure.ts';
import { readText } from '#aws/objects.ts';
import { executeRun } from '#cli/executions/execute-run.ts';
import { findRun, placeInS3 } from '#cli/executions/find-run.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount, formatSeconds } from '#cli/frame/format-figures.ts';
import { createProgress, type Progress } from '#cli/frame/progress.ts';
import { chunkingOf } from '#cli/options/chunking-options.ts';
import { outputSection } from '#cli/options/output-options.ts';
import { sourceOptions } from '#cli/options/source-options.ts';
import { assertHoldsRun, heldManifest, publishRun } from '#cli/outputs/out-directory.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { asUri } from '#cli/sources/location.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { uploadUnit } from '#cli/sources/upload-source.ts';
import { ManifestError } from '#core/errors.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { parseRequest } from '#core/request/request.ts';
import type { BoundRun } from '#core/run/bind-run.ts';
import { generationKey } from '#core/run/output-keys.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { resolveSource } from '#core/sources/resolve-source.ts';
import { boundConcurrency } from './bound-concurrency.ts';
import { inLocalCloud, type Session } from './local-cloud-session.ts';
import { addTo } from './local-generation.ts';
import type { LocalRunOptions } from './local-options.ts';

/** The files of a source; their paths decide the keys of its units in the bucket. */
interface LocalSource {
  readonly store: ObjectStore;
  readonly units: readonly SourceUnit[];
  /** The file with the names of the columns, if it is given and they are printed. */
  readonly names: SourceUnit | undefined;
}

/** What one run works with. */
interface Work {
  readonly source: LocalSource;
  readonly options: LocalRunOptions;
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

/** URIs of what was uploaded. */
interface Uploaded {
  readonly uris: readonly string[];
  readonly columnNames: string | undefined;
}

const NOT_AWS = 'local stand-ins, checked against AWS recordings; not AWS';

const NOTHING_STAGED: StageStore = {
  open: async () => undefined,
  list: async () => new Map(),
  create: async () => {},
};

function requestOf({ uris, columnNames }: Uploaded, options: LocalRunOptions) {
  const { concurrency } = options;
  const chunking = chunkingOf(options);
  return {
    source: {
      ...(uris.length === 1 ? { uri: uris[0] } : { uris }),
      ...(columnNames !== undefined && { columnNames }),
      ...sourceOptions(options),
    },
    output: outputSection(options, options.header),
    ...(chunking !== 'automatic' && { chunking }),
    ...(concurrency !== undefined && { limits: { concurrency } }),
  };
}

/**
 * Refuses what Plan would refuse without a look at the source. Where it will lie is not known yet.
 *
 * @throws {RequestError} naming each value that is not allowed.
 */
function checkRequest(locations: readonly string[], options: LocalRunOptions): void {
  const uris = locations.map((_, index) => `s3://command-line/${index}`);
  const columnNames = options.columnNames && 's3://command-line/names';
  parseRequest(requestOf({ uris, columnNames }, options));
}

async function publish({ s3 }: Session['clients'], run: BoundRun, work: Work): Promise<Manifest> {
  const { bucket, prefix } = run.location;
  const manifestText = await readText(s3, bucket, generationKey(prefix, 1));
  if (manifestText === undefined) throw new ManifestError(`run ${run.runId} has no manifest`);
  const open = (uri: string) => pinObject(s3, uri, work.signal);
  work.progress.say(`copying the chunks to ${work.options.out}`);
  await publishRun({ manifestText, open }, work.options.out, work.signal);
  return parseManifest(manifestText);
}

async function runIn(session: Session, work: Work): Promise<Outcome> {
  const { outputs, clients, notSimulated } = session;
  const { s3 } = clients;
  work.progress.say('uploading the source');
  const { store, units, names } = work.source;
  const uris: string[] = [];
  for (const unit of units) uris.push(await uploadUnit(s3, unit, store, outputs.sourceBucket));
  const columnNames = names && (await uploadUnit(s3, names, store, outputs.sourceBucket));
  const request = requestOf({ uris, columnNames }, work.options);
  const { held, options } = work;
  if (held !== undefined && options.mode !== 'create') {
    const { mode, out: directory } = options;
    const added = await addTo(session, { ...work, request, mode, held, directory });
    return { ...added, notSimulated };
  }
  const run = await findRun(s3, request, outputs);
  if (held !== undefined) {
    await assertHoldsRun(options.out, held, run.runId);
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

async function namesUnit(
  { columnNames, header }: LocalRunOptions,
  store: ObjectStore,
): Promise<SourceUnit | undefined> {
  if (columnNames === undefined || header === 'none') return undefined;
  return { uri: columnNames, objects: [await store.pin(columnNames)] };
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
  checkRequest(locations, options);
  const held = await heldManifest(options.out);
  const progress = createProgress(io);
  const { out, state } = options;
  const store = fileObjectStore();
  try {
    const uris = await Promise.all(locations.map(asUri));
    const { units } = await listUnits(store, { uris, order: options.order });
    // A source that cannot be read, or is not whole yet, is refused before anything starts.
    const context = { options: sourceOptions(options), store, stagedFor: () => NOTHING_STAGED };
    await resolveSource(units, context);
    const names = await namesUnit(options, store);
    const work = { source: { store, units, names }, options, held, progress, signal: io.signal };
    const { concurrency, line } = boundConcurrency(options.concurrency, {
      cores: availableParallelism(),
      availableBytes: process.availableMemory(),
    });
    if (line !== undefined) progress.say(line);
    const session = { out, state, concurrency };
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
