import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from '#cli/outputs/files-below.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import { wholeManifest } from '#core/manifest/earlier.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { generationKey, isDataFolder, manifestKey } from '#core/run/output-keys.ts';
import type { KeptObject, PrunableOutput } from './prunable-output.ts';

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

async function* filesOf(directory: string): AsyncGenerator<KeptObject> {
  for (const folder of (await readdir(directory)).sort()) {
    if (!isDataFolder(`${folder}/`)) continue;
    for (const file of await filesBelow(join(directory, folder))) {
      const { size } = await stat(join(directory, folder, file));
      yield { key: `${folder}/${file}`, size };
    }
  }
}

/** The output in a directory that `local run --out` wrote. */
export function directoryOutput(directory: string): PrunableOutput {
  const read = (key: string) => textOf(join(directory, key));
  const latestText = async () => {
    const text = await read(manifestKey(''));
    if (text !== undefined) return text;
    throw new ManifestError(`${directory} holds no ${manifestKey('')}; name an --out directory`);
  };
  return {
    name: directory,
    latest: async () => parseManifest(await latestText()),
    whole: async () =>
      await wholeManifest(await latestText(), (generation) => read(generationKey('', generation))),
    read,
    create: async (key, text) => {
      await writeFile(join(directory, key), text, { flag: 'wx' }).catch(async (error) => {
        if ((await read(key)) === text) return;
        throw new OutputConflictError(`${join(directory, key)} is there`, { cause: error });
      });
    },
    list: () => filesOf(directory),
    remove: async (keys) => {
      for (const key of keys) await rm(join(directory, key), { force: true });
    },
  };
}
