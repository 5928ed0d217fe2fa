import { BoundExceededError, SourceNotFoundError } from '#core/errors.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { folderFormat } from '#core/sparse/formats/find-format.ts';

/** What a request says of where its source lies. */
export interface SourceAddress {
  /** Objects, or folders that end with a slash, whose rows follow each other in this order. */
  readonly uris: readonly string[];
  /** Version of a single object. */
  readonly versionId?: string | undefined;
}

/** For each part, Plan makes a few reads and every writer reads about 700 bytes of layout. */
const MAX_UNITS = 10_000;

/** A folder with more objects is refused: ten objects per part, and room for markers. */
const MAX_OBJECTS = 10 * MAX_UNITS;

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

/** Markers such as `_SUCCESS`, hidden objects and the empty objects that stand for folders. */
function isMarker({ uri, size }: SourcePin): boolean {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  return name.startsWith('_') || name.startsWith('.') || (name === '' && size === 0);
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

async function listFolder(store: ObjectStore, uri: string): Promise<SourceUnit[]> {
  const objects: SourcePin[] = [];
  for await (const object of store.list(uri)) {
    if (!isMarker(object)) objects.push(object);
    if (objects.length <= MAX_OBJECTS) continue;
    throw new BoundExceededError(
      `${uri} holds more than ${MAX_OBJECTS} objects, allowed are ${MAX_UNITS} parts; merge small ones`,
    );
  }
  const units = [...byFolder(objects)].flatMap(([folder, inside]) => unitsOf(folder, inside));
  if (units.length > 0) {
    return units.sort((a, b) => (a.uri < b.uri ? -1 : 1));
  }
  throw new SourceNotFoundError(
    `${uri} holds no objects; give the folder of a CSR bundle, or one that holds the parts of a matrix`,
  );
}

async function unitsAt(
  store: ObjectStore,
  uri: string,
  versionId: string | undefined,
): Promise<SourceUnit[]> {
  if (isFolderUri(uri)) return await listFolder(store, uri);
  return [{ uri, objects: [await store.pin(uri, versionId)] }];
}

/**
 * Finds and pins the units of a source: one matrix, or the parts that are stacked by rows. Parts of
 * a folder are in the order of their keys, those of a list in the given order.
 *
 * Sends one HEAD per object, and one LIST per thousand objects of a folder.
 *
 * @throws {SourceNotFoundError} an object does not exist, or a folder holds nothing.
 * @throws {BoundExceededError} more than 10,000 parts.
 */
export async function listUnits(
  store: ObjectStore,
  { uris, versionId }: SourceAddress,
): Promise<SourceUnit[]> {
  const units: SourceUnit[] = [];
  for (const uri of uris) units.push(...(await unitsAt(store, uri, versionId)));
  if (units.length <= MAX_UNITS) return units;
  throw new BoundExceededError(
    `${uris[0]} and what follows it are ${units.length} parts, allowed are ${MAX_UNITS}; merge small ones`,
  );
}
