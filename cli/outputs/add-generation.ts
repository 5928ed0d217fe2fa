import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '#cli/frame/usage-error.ts';
import { sinceOf } from '#core/manifest/generations.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { claimText } from '#core/manifest/place-run.ts';
import { claimKey, columnNamesKey, generationKey, manifestKey } from '#core/run/output-keys.ts';
import { copyNamed, copyNames, type FinishedRun, placeChunks } from './out-directory.ts';
import { chunkName, dataPath } from './stored-run.ts';

/** Claims a generation of a directory for a run. The same run may claim it again. */
async function claim(directory: string, { runId, generation }: Manifest): Promise<void> {
  const path = join(directory, claimKey('', generation));
  const text = claimText({ runId });
  const holder = await writeFile(path, text, { flag: 'wx' }).then(
    () => text,
    async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return await readFile(path, 'utf8');
    },
  );
  if (holder === text) return;
  throw new UsageError(
    `generation ${generation} of --out ${directory} is being added by another run (${holder.trim()}); wait for it, then repeat this one`,
  );
}

/** The names of the columns of a set that overwrites another; one that is continued has them. */
async function copyOwnNames(run: FinishedRun, manifest: Manifest, place: string, draft: string) {
  const { columnNames, generation } = manifest;
  if (columnNames === undefined || sinceOf(manifest) < generation) return;
  const key = columnNamesKey('', generation);
  const copy = join(draft, basename(key));
  await copyNames(run, columnNames, copy);
  await rename(copy, join(place, key));
}

/**
 * Adds a generation to the directory that holds the ones before: its chunks, then its manifest,
 * then the latest manifest. Chunks that overwrite others lie in a folder of their own. Each appears
 * by rename, so readers see the old output until the new one is whole. Checks the CRC-32 of every
 * chunk. After a crash it can be repeated.
 *
 * @param run manifest and chunks of the new generation.
 * @param held latest manifest of the directory.
 * @throws {ManifestError} an object is not what the manifest says.
 * @throws {UsageError} another run is being added.
 */
export async function addGeneration(
  run: FinishedRun,
  directory: string,
  held: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const manifest = parseManifest(run.manifestText);
  const place = resolve(directory);
  await claim(directory, manifest);
  const draft = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  try {
    await mkdir(draft);
    const there = new Set(held.entries.map(({ url }) => url));
    const added = manifest.entries.filter(({ url }) => !there.has(url));
    const data = dataPath(place, manifest);
    await mkdir(data, { recursive: true });
    await placeChunks(run, added, draft, signal);
    for (const name of added.map(chunkName)) {
      await mkdir(dirname(join(data, name)), { recursive: true });
      await rename(join(draft, name), join(data, name));
    }
    await copyOwnNames(run, manifest, place, draft);
    await copyNamed(run, { ...manifest, entries: added }, place);
    for (const key of [generationKey('', manifest.generation), manifestKey('')]) {
      const copy = join(draft, basename(key));
      await writeFile(copy, run.manifestText);
      await rename(copy, join(place, key));
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
