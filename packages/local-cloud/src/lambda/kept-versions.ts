import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FunctionConfiguration } from './function-configuration.ts';

/** A published version as it was deployed. */
export interface KeptVersion {
  readonly arn: string;
  readonly configuration: FunctionConfiguration;
}

/** Name of the record in the folder of a version. */
const RECORD = 'version.json';

/** Name and version, for a folder. */
function folderOf(arn: string): string {
  return encodeURIComponent(arn.split(':').slice(6).join(':'));
}

/** A second name for a file where that is possible, else a copy. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

async function linkTree(from: string, to: string): Promise<string> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    await linkOrCopy(path, join(to, path.slice(from.length)));
  }
  return to;
}

/** Keeps code, layers and settings of a version; its folder is there whole, or not at all. */
async function keep(root: string, { arn, configuration }: KeptVersion): Promise<void> {
  const folder = join(root, folderOf(arn));
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  await linkTree(configuration.codeDirectory, join(draft, 'code'));
  const layerDirectories: string[] = [];
  for (const [at, layer] of configuration.layerDirectories.entries()) {
    await linkTree(layer, join(draft, `layer-${at}`));
    layerDirectories.push(join(folder, `layer-${at}`));
  }
  const moved = { ...configuration, codeDirectory: join(folder, 'code'), layerDirectories };
  await writeFile(join(draft, RECORD), JSON.stringify({ arn, configuration: moved }));
  await rename(draft, folder);
}

async function readKept(root: string, folder: string): Promise<KeptVersion> {
  return JSON.parse(await readFile(join(root, folder, RECORD), 'utf8')) as KeptVersion;
}

/**
 * Keeps the versions of a template that are retained when another template replaces them.
 *
 * @param root where they are kept.
 * @returns those that earlier templates had, of functions that this one has still.
 */
export async function keepVersions(
  root: string,
  functions: readonly FunctionConfiguration[],
): Promise<readonly KeptVersion[]> {
  await mkdir(root, { recursive: true });
  const known = (await readdir(root)).filter((folder) => !folder.endsWith('.new'));
  const now = functions.flatMap((configuration) =>
    configuration.retainedVersionArns.map((arn) => ({ arn, configuration })),
  );
  for (const version of now) {
    if (!known.includes(folderOf(version.arn))) await keep(root, version);
  }
  const kept = await Promise.all(known.map((folder) => readKept(root, folder)));
  const current = new Set(functions.flatMap(({ versionArns }) => versionArns));
  const names = new Set(functions.map(({ name }) => name));
  return kept.filter(
    ({ arn, configuration }) => !current.has(arn) && names.has(configuration.name),
  );
}
