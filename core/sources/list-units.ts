import { BoundExceededError, SourceNotFoundError, UnsupportedSourceError } from '#core/errors.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import { isMarker } from '#core/objects/is-marker.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { folderFormat } from '#core/sparse/formats/find-format.ts';
import { inPartOrder, type PartOrder } from './part-order.ts';

/** What a request says of where its source lies. */
export interface SourceAddress {
  /** Objects, or folders that end with a slash, whose rows follow each other in this order. */
  readonly uris: readonly string[];
  /** Version of a single object. */
  readonly versionId?: string | undefined;
  /** Of the parts in a folder. @default by key, refused where that is not the order of numbers */
  readonly order?: PartOrder | undefined;
}

/** What lies at the address of a source. */
export interface SourceListing {
  /** The matrix, or its parts in order. */
  readonly units: readonly SourceUnit[];
  /** URIs of objects that are known to be no part of it, such as `_SUCCESS` or `Thumbs.db`. */
  readonly passedOver: readonly string[];
}

/** For each part, Plan makes a few reads and every writer reads about 700 bytes of layout. */
const MAX_UNITS = 10_000;

/** A folder with more objects is refused: ten objects per part, and room for markers. */
const MAX_OBJECTS = 10 * MAX_UNITS;

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

/** Files that only a store of zarr has. */
const ZARR = /^(?:\.zgroup|\.zarray|\.zattrs|\.zmetadata|zarr\.json)$/;

function nameOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

function refuseZarr({ uri }: SourcePin): void {
  if (!ZARR.test(nameOf(uri))) return;
  throw new UnsupportedSourceError(
    `${folderOf(uri)} is a zarr store, which is not read; write its matrix as a file, for example with anndata.read_zarr(path).write_h5ad(new_path)`,
  );
}

function byFolder(objects: readonly SourcePin[]): Map<string, SourcePin[]> {
  const folders = new Map<string, SourcePin[]>();
  for (const object of objects) {
    const folder = folderOf(object.uri);
    const known = folders.get(folder);
    if (known === undefined) folders.set(folder, [object]);
    else known.push(object);
  }
  return folders;
}

/** The units of a folder: all its objects are one matrix, or each object is one. */
function unitsOf(folder: string, objects: readonly SourcePin[]): SourceUnit[] {
  const names = new Set(objects.map(({ uri }) => uri.slice(folder.length)));
  if (folderFormat(names) !== undefined) return [{ uri: folder, objects }];
  return objects.map((object) => ({ uri: object.uri, objects: [object] }));
}

function tooManyObjects(uri: string): BoundExceededError {
  return new BoundExceededError(
    `${uri} holds more than ${MAX_OBJECTS} objects, allowed are ${MAX_UNITS} parts; merge small ones`,
  );
}

async function listFolder(
  store: ObjectStore,
  uri: string,
  order: PartOrder | undefined,
): Promise<SourceListing> {
  const objects: SourcePin[] = [];
  const passedOver: string[] = [];
  for await (const object of store.list(uri)) {
    refuseZarr(object);
    if (isMarker(object)) passedOver.push(object.uri);
    else objects.push(object);
    if (objects.length + passedOver.length > MAX_OBJECTS) throw tooManyObjects(uri);
  }
  const pinned = (await store.pinVersions?.(objects)) ?? objects;
  const units = [...byFolder(pinned)].flatMap(([folder, inside]) => unitsOf(folder, inside));
  if (units.length > 0) return { units: inPartOrder(uri, units, order), passedOver };
  throw new SourceNotFoundError(
    `${uri} holds no objects; give the folder of a CSR bundle, or one that holds the parts of a matrix`,
  );
}

async function listAt(
  store: ObjectStore,
  uri: string,
  { versionId, order }: SourceAddress,
): Promise<SourceListing> {
  if (isFolderUri(uri)) return await listFolder(store, uri, order);
  return { units: [{ uri, objects: [await store.pin(uri, versionId)] }], passedOver: [] };
}

/**
 * Finds and pins the units of a source: one matrix, or the parts that are stacked by rows. Parts of
 * a folder are in the order of their keys or of their numbers, those of a list in the given order.
 *
 * Sends one HEAD per object, and for a folder one LIST per thousand objects and one HEAD; where the
 * bucket keeps versions, one per object.
 *
 * @throws {SourceNotFoundError} an object does not exist, or a folder holds nothing.
 * @throws {UnsupportedSourceError} a folder is a zarr store.
 * @throws {RequestError} the order of the parts of a folder is not clear.
 * @throws {BoundExceededError} more than 10,000 parts.
 */
export async function listUnits(
  store: ObjectStore,
  address: SourceAddress,
): Promise<SourceListing> {
  const { uris } = address;
  const units: SourceUnit[] = [];
  const passedOver: string[] = [];
  for (const uri of uris) {
    const found = await listAt(store, uri, address);
    units.push(...found.units);
    passedOver.push(...found.passedOver);
  }
  if (units.length <= MAX_UNITS) return { units, passedOver };
  throw new BoundExceededError(
    `${uris[0]} and what follows it are ${units.length} parts, allowed are ${MAX_UNITS}; merge small ones`,
  );
}
