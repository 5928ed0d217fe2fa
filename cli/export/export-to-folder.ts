import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import { isStorageFailure, StorageFailed } from '@sparse-fanout/local-cloud/storage-failure.ts';
import { findRun } from '#cli/executions/find-run.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { assertHoldsRun, heldManifest } from '#cli/outputs/out-directory.ts';
import { readDirectory } from '#cli/outputs/stored-run.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { type ExportEnd, type ExportJob, isDryRun } from './export-job.ts';
import { assertFits, fullDisk } from './free-space.ts';
import { type EndedHere, type RunHere, runHere } from './run-here.ts';
import { type ExportPlaces, exportDeps } from './step-deps.ts';
import {
  OUTPUT_BUCKET,
  openWorkFolder,
  removeWorkFolder,
  type WorkFolder,
  workMount,
} from './work-folder.ts';

function placesOf({ mounts, functions }: ExportJob, directory: string): ExportPlaces {
  return {
    mounts: [...mounts, workMount(directory)],
    outputBucket: OUTPUT_BUCKET,
    functions,
  };
}

/** A directory that holds a run: the same one is left as it is, any other is refused. */
async function heldRun(
  job: ExportJob,
  directory: string,
  manifest: Manifest,
  places: ExportPlaces,
): Promise<ExportEnd> {
  const deps = exportDeps(places);
  const deployment = { ...deps, functions: digestsOf(places.functions) };
  const run = await findRun(deps.s3, job.request, deployment).finally(deps.close);
  await assertHoldsRun(directory, manifest, run);
  await removeWorkFolder(directory);
  return { manifest, isNew: false };
}

/** Prefix of the output of a run that is complete. */
function prefixOf(ended: Exclude<EndedHere, { readonly decision: 'dry-run' }>): string {
  if ('run' in ended) return ended.run.location.prefix;
  const { key } = parseS3Uri(ended.manifest);
  return key.slice(0, -manifestKey('').length);
}

/** A run that is made in a folder beside its directory. */
class FolderExport {
  readonly #job: ExportJob;
  readonly #directory: string;
  readonly #folder: WorkFolder;
  #neededBytes = 0;

  constructor(job: ExportJob, directory: string, folder: WorkFolder) {
    this.#job = job;
    this.#directory = directory;
    this.#folder = folder;
  }

  async make(places: ExportPlaces): Promise<ExportEnd> {
    const { request, threads, progress, signal } = this.#job;
    const disk = { work: this.#folder.path, directory: this.#directory };
    const look: RunHere['look'] = async (planned) => {
      this.#neededBytes = await assertFits(planned, disk);
    };
    const ended = await runHere({ places, request, threads, progress, look }, signal);
    if ('decision' in ended && ended.decision === 'dry-run') return ended;
    await this.#folder.publish(prefixOf(ended));
    return { manifest: (await readDirectory(this.#directory)).manifest, isNew: true };
  }

  /** Keeps what is complete for the next time, unless the disk is needed. */
  async giveUp(error: unknown): Promise<unknown> {
    if (error instanceof StorageFailed || isStorageFailure(error)) {
      await this.#folder.remove();
      return fullDisk(error, this.#directory, this.#neededBytes) ?? error;
    }
    if (await this.#folder.leave()) {
      const { path } = this.#folder;
      this.#job.progress.say(
        `what is complete stays in ${path}; the same command goes on from there`,
      );
    }
    return error;
  }
}

/**
 * Makes the output of a request in a directory, which appears whole or not at all. What a killed
 * process has completed is not written again.
 *
 * @throws {UsageError} the directory holds something else.
 * @throws {StorageFailed} its disk has not enough room; nothing is left there.
 * @throws {StateDirectoryInUse} another process makes this output.
 * @throws as `runHere`.
 */
export async function exportToFolder(job: ExportJob, directory: string): Promise<ExportEnd> {
  const held = await heldManifest(directory);
  const places = placesOf(job, directory);
  if (held !== undefined && job.mode !== 'create') {
    throw new UsageError(
      `export makes the first generation of an output, but --out ${directory} holds one; use local run for --mode ${job.mode}`,
    );
  }
  if (held !== undefined) return await heldRun(job, directory, held, places);
  if (isDryRun(job.request)) {
    const { request, threads, progress, signal } = job;
    const ended = await runHere({ places, request, threads, progress }, signal);
    if ('decision' in ended) return ended;
  }
  const making = new FolderExport(job, directory, await openWorkFolder(directory));
  try {
    return await making.make(places);
  } catch (error) {
    throw await making.giveUp(error);
  }
}
