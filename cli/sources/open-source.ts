import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Client, type S3Client } from '#aws/clients.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { folderOfMeta, isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceOptions, SourceUnit } from '#core/sparse/formats/matrix-format.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { listUnits } from '#core/sparse/source/list-units.ts';
import { pinUnits } from '#core/sparse/source/pin-source.ts';
import {
  type ResolveContext,
  resolveSource,
  stageUnit,
} from '#core/sparse/source/resolve-source.ts';
import { fileObjectStore } from './file-object-store.ts';
import { openFileSource } from './file-source.ts';
import { folderStageStore } from './folder-stage-store.ts';

/** A source on the command line: files, folders or S3 URIs whose rows follow each other, and how they are read. */
export interface AskedSource {
  readonly locations: readonly string[];
  readonly options: SourceOptions;
}

/** A matrix that can be read by rows, and where it lies. */
export interface OpenedMatrix {
  readonly matrix: Matrix;
  readonly layout: MatrixLayout;
  readonly pin: SourcePin;
  /** Bytes of what was staged to read it. */
  readonly stagedBytes: number;
}

/** True for `s3://bucket/key`; everything else is a path. */
export function isS3Uri(location: string): boolean {
  return location.startsWith('s3://');
}

/** Opens a file for as long as `use` takes. */
export async function withFile<T>(
  path: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const file = await openFileSource(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Runs `use` with an S3 client as the AWS SDK is configured by default, and closes it. */
export async function withS3Client<T>(use: (client: S3Client) => Promise<T>): Promise<T> {
  const client = createS3Client();
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/**
 * Pins an S3 object. One HEAD request.
 *
 * @throws {SourceNotFoundError} there is none.
 */
export async function pinObject(
  client: S3Client,
  uri: string,
  signal: AbortSignal,
): Promise<ByteSource> {
  return s3Source(client, await pinSource(client, { uri }, signal), signal);
}

/** A folder of this machine may be given without the slash at its end. */
export async function asUri(location: string): Promise<string> {
  const uri = folderOfMeta(location);
  if (isS3Uri(uri) || isFolderUri(uri)) return uri;
  const isFolder = (await stat(uri).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? `${uri}/` : uri;
}

/** Objects of S3 and files alike. */
function routed(inS3: ObjectStore, files: ObjectStore): ObjectStore {
  const storeOf = (uri: string) => (isS3Uri(uri) ? inS3 : files);
  return {
    pin: (uri, versionId) => storeOf(uri).pin(uri, versionId),
    list: (prefix) => storeOf(prefix).list(prefix),
    open: (pin) => storeOf(pin.uri).open(pin),
  };
}

/** Does every Stage round here, job by job, as the workflow does it with functions. */
async function resolveHere(
  units: readonly SourceUnit[],
  context: ResolveContext,
  signal: AbortSignal,
): Promise<MatrixLayout> {
  for (;;) {
    const resolution = await resolveSource(units, context);
    if ('matrix' in resolution) return resolution.matrix;
    for (const job of resolution.jobs) {
      signal.throwIfAborted();
      await stageUnit(job, context, signal);
    }
  }
}

/** Bytes of the objects of a layout that are not the source's own. */
function bytesBeside(units: readonly SourceUnit[], { parts }: MatrixLayout): number {
  const own = new Set(units.flatMap(({ objects }) => objects.map(({ uri }) => uri)));
  return parts
    .flatMap(({ objects }) => objects)
    .filter(({ uri }) => !own.has(uri))
    .reduce((sum, { size }) => sum + size, 0);
}

async function openIn(
  { locations, options }: AskedSource,
  { store, folder }: { readonly store: ObjectStore; readonly folder: string },
  signal: AbortSignal,
): Promise<OpenedMatrix> {
  const address = { uris: await Promise.all(locations.map(asUri)) };
  const units = await listUnits(store, address);
  const pin = await pinUnits(address, units);
  const stagedFor = (stageId: string) => folderStageStore(join(folder, stageId), store);
  const layout = await resolveHere(units, { options, store, stagedFor }, signal);
  const stagedBytes = bytesBeside(units, layout);
  return { pin, layout, stagedBytes, matrix: openLayout(pin.uri, layout, store) };
}

/**
 * Pins S3 objects or files for as long as `use` takes, and reads the headers of the matrix in them.
 * What has to be staged is staged in a temporary folder. S3 is reached as the AWS SDK is configured
 * by default: profile, environment, `AWS_ENDPOINT_URL_S3`.
 *
 * @throws {SourceNotFoundError} there is none, or it cannot be read.
 */
export async function withMatrix<T>(
  asked: AskedSource,
  signal: AbortSignal,
  use: (opened: OpenedMatrix) => Promise<T>,
): Promise<T> {
  return await withS3Client(async (client) => {
    const files = fileObjectStore();
    const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-'));
    try {
      const store = routed(s3ObjectStore(client, signal), files);
      return await use(await openIn(asked, { store, folder }, signal));
    } finally {
      await files.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
