import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { lockStateDirectory } from '@sparse-fanout/local-cloud/state-directory.ts';
import { filesBelow } from '#cli/outputs/files-below.ts';
import { OUTPUT_FOLDERS } from '#core/contract.ts';
import { chunkIndexOf } from '#core/run/chunk-name.ts';
import { claimKey } from '#core/run/output-keys.ts';
import type { FolderMount } from './folder-mounts.ts';

/** Stands for the folder of outputs in URIs. */
export const OUTPUT_BUCKET = 'command-line-output';

/**
 * The folder beside a directory in which its output is made, on the same disk. What is complete in
 * it is found again by the same command after a process was killed.
 */
export interface WorkFolder {
  readonly path: string;
  readonly mount: FolderMount;
  /** Moves the output below a prefix to its directory, which appears whole, and ends the folder. */
  publish(prefix: string): Promise<void>;
  /** Removes it with all that is complete in it. */
  remove(): Promise<void>;
  /**
   * Leaves it for the next time, without what is half written; removes it where no chunk is
   * complete.
   *
   * @returns whether it was left.
   */
  leave(): Promise<boolean>;
}

/** Folder for what is written in parts. */
const UPLOADS = 'uploads';

/** Name of the record of a chunk that is done. */
const RECORD = /_plan\/chunks-[^/]+\/\d{6}\.json$/;

/** Removes folders from `innermost` up to `outermost`, as far as nothing lies in them. */
async function removeEmpty(innermost: string, outermost: string | undefined): Promise<void> {
  if (outermost === undefined) return;
  for (let folder = innermost; folder.length >= outermost.length; folder = dirname(folder)) {
    if ((await rmdir(folder).catch((error: unknown) => error)) !== undefined) return;
  }
}

/** Path of the folder in which the output of a directory is made. */
function workPath(directory: string): string {
  const place = resolve(directory);
  return join(dirname(place), `.${basename(place)}.export`);
}

/** Where the steps of a run find that folder; it need not be there. */
export function workMount(directory: string): FolderMount {
  const path = workPath(directory);
  return {
    bucket: OUTPUT_BUCKET,
    prefix: '',
    path: join(path, 'output', '/'),
    drafts: join(path, 'drafts', '/'),
    uploads: join(path, UPLOADS, '/'),
    passing: OUTPUT_FOLDERS.plan,
  };
}

/** Chunks are files; those that become one file have records of what is complete. */
async function holdsChunks(output: string): Promise<boolean> {
  const names = await filesBelow(output);
  return names.some((name) => chunkIndexOf(name) !== undefined || RECORD.test(name));
}

/** Keeps the names of the files below a folder, where the system can: their content is kept. */
async function keepNames(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  const paths = folders.map(({ parentPath, name }) => join(parentPath, name));
  for (const path of [...paths, folder]) {
    await using handle = await open(path);
    await handle.sync().catch(() => undefined);
  }
}

/** What steps and writers need, and nobody after them. */
async function removeOwn(output: string): Promise<void> {
  await rm(join(output, OUTPUT_FOLDERS.plan), { recursive: true, force: true });
  await rm(join(output, claimKey('', 1)), { force: true });
}

/**
 * Opens the folder in which the output of a directory is made, for this process alone.
 *
 * @throws {StateDirectoryInUse} another process works on it.
 */
export async function openWorkFolder(directory: string): Promise<WorkFolder> {
  const path = workPath(directory);
  const outermost = await mkdir(dirname(path), { recursive: true });
  const lock = await lockStateDirectory(path);
  const mount = workMount(directory);
  const removeDrafts = () => rm(mount.drafts!, { recursive: true, force: true });
  await removeDrafts();
  const remove = async () => {
    await rm(path, { recursive: true, force: true });
    await removeEmpty(dirname(path), outermost);
  };
  return {
    ...{ path, mount, remove },
    async publish(prefix) {
      const output = join(mount.path, prefix);
      await removeOwn(output);
      await keepNames(output);
      await rename(output, resolve(directory));
      await remove();
    },
    async leave() {
      if (!(await holdsChunks(mount.path))) return await remove().then(() => false);
      await removeDrafts();
      await lock.release();
      return true;
    },
  };
}

/** Removes what a process has left that was killed after its output was in its directory. */
export async function removeWorkFolder(directory: string): Promise<void> {
  const isThere = (await stat(workPath(directory)).catch(() => undefined)) !== undefined;
  if (isThere) await (await openWorkFolder(directory)).remove();
}
