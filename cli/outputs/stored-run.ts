import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { S3Client } from '#aws/clients/s3.ts';
import { listObjects, readText } from '#aws/objects.ts';
import { withFile } from '#cli/sources/file-source.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { pinObject, withS3Client } from '#cli/sources/s3-client.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { OUTPUT_FOLDERS } from '#core/contract.ts';
import { ManifestError } from '#core/errors.ts';
import { wholeManifest } from '#core/manifest/earlier.ts';
import { sinceOf } from '#core/manifest/generations.ts';
import type { Manifest, ManifestEntry } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import {
  claimKey,
  columnNamesKey,
  dataFolder,
  generationKey,
  manifestKey,
} from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import { filesBelow } from './files-below.ts';

/** A finished run: its manifest, and its chunks wherever they lie now. */
export interface StoredRun {
  /** With all that it links. */
  readonly manifest: Manifest;
  /** The manifest's own text. */
  readonly text: string;
  /** True if a run has begun to append to it, so that chunks of that run may lie beside its own. */
  readonly isContinued: boolean;
  /** Reads the manifest of a generation. @returns undefined when it is missing */
  readGeneration(generation: number): Promise<string | undefined>;
  /** Names of everything that lies beside the chunks, the chunks too. */
  readonly names: readonly string[];
  /** Opens the names of the columns that the manifest names, for as long as `use` takes. */
  withColumnNames<T>(use: (names: ByteSource) => Promise<T>): Promise<T>;
  /** Opens an object below `_manifest/` that the manifest names, for as long as `use` takes. */
  withNamed<T>(uri: string, use: (object: ByteSource) => Promise<T>): Promise<T>;
  /** Opens a chunk for as long as `use` takes. */
  withChunk<T>(entry: ManifestEntry, use: (chunk: ByteSource) => Promise<T>): Promise<T>;
}

/** The folder of chunks in the URL of one, or of the object of all, and what lies below it. */
const CHUNK = /(\/data(?:-g\d{6}(?:-\d+)?)?\/)((?:[^/]+=[^/]*\/)*(?:chunk-[^/]+|rows\.[^/]+))$/;

/** Name of a chunk below the folder of chunks: `chunk-000042.csv`, `day=1/chunk-000042.csv`. */
export function chunkName({ url }: ManifestEntry): string {
  return CHUNK.exec(url)?.[2] ?? basename(url);
}

/** Key below its output of an object that a manifest names: `_manifest/rejects/…`. */
export function keyBelow(uri: string): string {
  return uri.slice(uri.lastIndexOf(OUTPUT_FOLDERS.manifest));
}

/** Path of the latest manifest below a directory that `local run --out` wrote. */
export function manifestPath(directory: string): string {
  return join(directory, manifestKey(''));
}

/** The folder of chunks of a manifest in a directory, but for those that partitions left. */
function dataOf(manifest: Manifest): string {
  return dataFolder({ since: sinceOf(manifest) });
}

/** Path of the chunks of a manifest below a directory that `local run --out` wrote. */
export function dataPath(directory: string, manifest: Manifest): string {
  return join(directory, dataOf(manifest));
}

/**
 * Path of a chunk from the directory on that `local run --out` wrote. Where partitions were
 * replaced, others lie in the folders that they were in.
 */
export function chunkPath(manifest: Manifest, entry: ManifestEntry): string {
  const folder = manifest.since === undefined ? undefined : CHUNK.exec(entry.url)?.[1];
  return join(folder?.slice(1) ?? dataOf(manifest), chunkName(entry));
}

/** Where the output of a manifest was written. */
export function locationOf({ entries }: Manifest): OutputLocation {
  const { bucket, key } = parseS3Uri(entries[0]!.url.replace(CHUNK, '/'));
  return { bucket, prefix: key };
}

function nextGeneration({ generation }: Manifest): number {
  return generation + 1;
}

/** What is read of a run before its chunks. */
type StoredManifest = Pick<StoredRun, 'manifest' | 'text' | 'readGeneration'>;

/**
 * Reads the latest manifest below a directory that `local run --out` wrote.
 *
 * @throws {ManifestError} there is none, or it is of another version.
 */
export async function readDirectory(directory: string): Promise<StoredManifest> {
  const isDirectory = (await stat(directory).catch(() => undefined))?.isDirectory() === true;
  const text = await readFile(manifestPath(directory), 'utf8').catch((cause: unknown) => {
    const what = isDirectory ? 'holds no _manifest/manifest.json' : 'is not a directory';
    throw new ManifestError(`${directory} ${what}; name the --out directory of a run`, { cause });
  });
  const readGeneration = (generation: number) =>
    readFile(join(directory, generationKey('', generation)), 'utf8').catch(() => undefined);
  return { manifest: await wholeManifest(text, readGeneration), text, readGeneration };
}

async function openDirectory(directory: string): Promise<StoredRun> {
  const stored = await readDirectory(directory);
  const { manifest } = stored;
  const claim = join(directory, claimKey('', nextGeneration(manifest)));
  const data = dataPath(directory, manifest);
  const names = join(directory, columnNamesKey('', sinceOf(manifest)));
  return {
    ...stored,
    isContinued: (await stat(claim).catch(() => undefined)) !== undefined,
    names: await filesBelow(data),
    withColumnNames: (use) => withFile(names, use),
    withNamed: (uri, use) => withFile(join(directory, keyBelow(uri)), use),
    withChunk: (entry, use) => withFile(join(directory, chunkPath(manifest, entry)), use),
  };
}

async function* namesBelow(
  client: S3Client,
  folders: Iterable<string>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (const folder of folders) {
    const { bucket, key: prefix } = parseS3Uri(folder);
    for await (const { key } of listObjects(client, bucket, prefix, signal)) {
      yield key.slice(prefix.length);
    }
  }
}

/**
 * Folders in which nothing but chunks of a manifest lies. Where it replaced partitions, the others
 * lie beside those that were there before.
 */
function foldersOf(manifest: Manifest): ReadonlySet<string> {
  if (manifest.since === undefined) {
    return new Set(manifest.entries.map(({ url }) => url.replace(CHUNK, '$1')));
  }
  const { bucket, prefix } = locationOf(manifest);
  return new Set([`s3://${bucket}/${prefix}${dataOf(manifest)}`]);
}

/** Key of a manifest that is named itself, or by its output: then the latest. */
function manifestKeyOf(key: string): string {
  if (key.endsWith('.json')) return key;
  return manifestKey(key === '' || key.endsWith('/') ? key : `${key}/`);
}

/** Does what {@link withStoredRun} does in S3, with a given client. */
export async function openRunInS3(
  client: S3Client,
  uri: string,
  signal: AbortSignal,
): Promise<StoredRun> {
  const { bucket, key: named } = parseS3Uri(uri);
  const key = manifestKeyOf(named);
  const readFrom = (from: string) => readText(client, bucket, from, signal);
  const text = await readFrom(key);
  if (text === undefined) {
    throw new ManifestError(
      `s3://${bucket}/${key} does not exist; name the output of a run that is complete`,
    );
  }
  const prefix = `${dirname(key)}/`.slice(0, -OUTPUT_FOLDERS.manifest.length);
  const readGeneration = (generation: number) => readFrom(generationKey(prefix, generation));
  const manifest = await wholeManifest(text, readGeneration);
  return {
    manifest,
    text,
    isContinued: (await readFrom(claimKey(prefix, nextGeneration(manifest)))) !== undefined,
    readGeneration,
    names: await Array.fromAsync(namesBelow(client, foldersOf(manifest), signal)),
    withColumnNames: async (use) => {
      const uri = `s3://${bucket}/${columnNamesKey(prefix, sinceOf(manifest))}`;
      return await use(await pinObject(client, uri, signal));
    },
    withNamed: async (uri, use) => {
      const at = `s3://${bucket}/${prefix}${keyBelow(uri)}`;
      return await use(await pinObject(client, at, signal));
    },
    withChunk: async (entry, use) => use(await pinObject(client, entry.url, signal)),
  };
}

/**
 * Opens a finished run by its directory, or by the S3 URI of its output or its manifest, for as
 * long as `use` takes. Holds the manifest.
 *
 * @throws {ManifestError} there is no manifest, or it is of another version.
 */
export async function withStoredRun<T>(
  location: string,
  signal: AbortSignal,
  use: (run: StoredRun) => Promise<T>,
): Promise<T> {
  if (!isS3Uri(location)) return await use(await openDirectory(location));
  return await withS3Client(async (client) => use(await openRunInS3(client, location, signal)));
}
