import { randomUUID } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { UsageError } from '#cli/frame/usage-error.ts';
import { withFile } from '#cli/sources/file-source.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError } from '#core/errors.ts';
import { assertPublished } from '#core/manifest/generations.ts';
import {
  type Manifest,
  type ManifestColumnNames,
  type ManifestEntry,
  parseManifest,
} from '#core/manifest/manifest.ts';
import type { Output } from '#core/outputs/output.ts';
import { columnNamesKey, generationKey } from '#core/run/output-keys.ts';
import { outputOf } from '#core/run/run-output.ts';
import type { Expectations } from '#core/sparse/expectations.ts';
import { namedUris } from './named-uris.ts';
import {
  chunkName,
  chunkPath,
  dataPath,
  keyBelow,
  manifestPath,
  readDirectory,
} from './stored-run.ts';

/** A chunk that has a second name now: its bytes were not copied. */
interface LinkedChunk {
  readonly size: number;
  /** Of its bytes, where the store of the run has checked it. */
  readonly crc32: string | undefined;
}

/** A finished run in S3, to be put into a directory. */
export interface FinishedRun {
  /** The manifest's own bytes. */
  readonly manifestText: string;
  /**
   * Gives the bytes of an object a second name, at a path.
   *
   * @returns undefined where they have to be copied. @default all are copied
   */
  readonly link?: ((uri: string, path: string) => Promise<LinkedChunk | undefined>) | undefined;
  /** Called for each chunk that lies in the directory, with its bytes. @default nobody counts */
  readonly placed?: ((bytes: number) => void) | undefined;
  /** Opens an object of the run by its URI in the manifest. */
  open(uri: string): Promise<ByteSource>;
}

/** A run that a directory may hold, and what its request expects. */
interface HeldRun {
  readonly runId: string;
  readonly expect: Expectations;
}

const REMEDY = 'nothing was changed; remove it or choose another --out';

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new UsageError(`--out ${directory} is a file; ${REMEDY}`);
    throw error;
  }
}

/**
 * The manifest that an `--out` directory holds; undefined when it is empty or absent.
 *
 * @throws {UsageError} it holds anything else.
 */
export async function heldManifest(directory: string): Promise<Manifest | undefined> {
  if ((await namesIn(directory)).length === 0) return undefined;
  try {
    return (await readDirectory(directory)).manifest;
  } catch (cause) {
    const why = cause instanceof ManifestError ? ` that can be read (${cause.message})` : '';
    const problem = `--out ${directory} is not empty and holds no run${why}`;
    throw new UsageError(`${problem}; ${REMEDY}`, { cause });
  }
}

/** True when the rows of a run are in the set that a manifest describes. */
export function holdsRun(held: Manifest, runId: string): boolean {
  return held.runId === runId || held.generations.some((each) => each.runId === runId);
}

/**
 * Makes sure that a directory holds this run as it is expected, with every chunk of its length.
 *
 * @throws {UsageError} it holds another run, or only a part of this one.
 * @throws {ExpectationError} source or rows are not those expected.
 */
export async function assertHoldsRun(
  directory: string,
  held: Manifest,
  { runId, expect }: HeldRun,
): Promise<void> {
  if (!holdsRun(held, runId)) {
    throw new UsageError(
      `--out ${directory} holds run ${held.runId}, this is run ${runId}; ${REMEDY}`,
    );
  }
  const published = held.generations.find((each) => each.runId === runId);
  if (published !== undefined) assertPublished(published, expect);
  for (const entry of held.entries) {
    const file = await stat(join(directory, chunkPath(held, entry))).catch(() => undefined);
    if (file?.size !== entry.meta.content_length) {
      const problem = `--out ${directory} holds this run, but ${chunkName(entry)} is not whole`;
      throw new UsageError(`${problem}; ${REMEDY}`);
    }
  }
}

/** Writes blocks to a file and passes them on. */
async function* written(
  blocks: AsyncIterable<Uint8Array>,
  file: FileHandle,
): AsyncGenerator<Uint8Array> {
  for await (const block of blocks) {
    await file.writeFile(block);
    yield block;
  }
}

async function copyChunk(
  chunk: ByteSource,
  entry: ManifestEntry,
  output: Output,
  path: string,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const found = await output.check(written(readBlocks(chunk), file), path);
    const isWhole = chunk.size === entry.meta.content_length;
    if (isWhole && crc32Hex(found.crc32) === entry.crc32) return;
  } finally {
    await file.close();
  }
  throw new ManifestError(`${entry.url} is not the object that the manifest lists`);
}

/** Links a chunk. One whose CRC-32 the store does not have, as it is compressed, is read. */
async function linkChunk(
  { link }: FinishedRun,
  entry: ManifestEntry,
  output: Output,
  path: string,
): Promise<boolean> {
  const linked = await link?.(entry.url, path);
  if (linked === undefined) return false;
  const isWhole = linked.size === entry.meta.content_length;
  if (isWhole && linked.crc32 === entry.crc32) return true;
  const found = await withFile(path, (file) => output.check(readBlocks(file), path));
  if (isWhole && crc32Hex(found.crc32) === entry.crc32) return true;
  throw new ManifestError(`${entry.url} is not the object that the manifest lists`);
}

/** Copies the names of the columns, which a manifest names. */
export async function copyNames(
  run: FinishedRun,
  { uri, crc32: expected }: ManifestColumnNames,
  path: string,
): Promise<void> {
  const file = await open(path, 'wx');
  let crc = 0;
  try {
    for await (const block of written(readBlocks(await run.open(uri)), file)) {
      crc = crc32(block, crc);
    }
  } finally {
    await file.close();
  }
  if (crc32Hex(crc) === expected) return;
  throw new ManifestError(`${uri} is not the object that the manifest names`);
}

/**
 * Copies what a manifest names beside its chunks, below the directory of an output, see
 * {@link namedUris}.
 */
export async function copyNamed(
  run: FinishedRun,
  named: Parameters<typeof namedUris>[0],
  directory: string,
): Promise<void> {
  for (const uri of namedUris(named)) {
    const path = join(directory, keyBelow(uri));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, readBlocks(await run.open(uri)));
  }
}

/**
 * Puts chunks of a run into a directory: links them where the run can, else copies them.
 *
 * @throws {ManifestError} an object is not what the manifest says.
 */
export async function placeChunks(
  run: FinishedRun,
  entries: readonly ManifestEntry[],
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const output = outputOf(parseManifest(run.manifestText).output);
  for (const entry of entries) {
    signal.throwIfAborted();
    const path = join(directory, chunkName(entry));
    await mkdir(dirname(path), { recursive: true });
    const isLinked = await linkChunk(run, entry, output, path);
    if (!isLinked) await copyChunk(await run.open(entry.url), entry, output, path);
    run.placed?.(entry.meta.content_length);
  }
}

async function copyRun(run: FinishedRun, draft: string, signal: AbortSignal): Promise<void> {
  const manifest = parseManifest(run.manifestText);
  const { entries, generation, columnNames } = manifest;
  const data = dataPath(draft, manifest);
  await mkdir(data, { recursive: true });
  await placeChunks(run, entries, data, signal);
  await mkdir(dirname(manifestPath(draft)));
  await copyNamed(run, manifest, draft);
  if (columnNames !== undefined) {
    await copyNames(run, columnNames, join(draft, columnNamesKey('', 1)));
  }
  // A run into an empty output is its first generation; both names hold the same bytes.
  await writeFile(join(draft, generationKey('', generation)), run.manifestText);
  await writeFile(manifestPath(draft), run.manifestText);
}

/** Another process may have put the same run there meanwhile. */
async function settle(error: unknown, directory: string, manifestText: string): Promise<void> {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  const held = await heldManifest(directory);
  await assertHoldsRun(directory, held!, { runId: parseManifest(manifestText).runId, expect: {} });
}

/**
 * Puts a finished run into a directory that appears by rename: whole or not at all. Checks the
 * CRC-32 of every chunk. Holds the manifest and 4 MiB of one chunk.
 *
 * @throws {ManifestError} an object is not what the manifest says.
 * @throws {UsageError} something else was put at the path meanwhile.
 */
export async function publishRun(
  run: FinishedRun,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const place = resolve(directory);
  const draft = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  try {
    await copyRun(run, draft, signal);
    await rename(draft, place).catch((error) => settle(error, directory, run.manifestText));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
