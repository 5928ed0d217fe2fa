import { BoundExceededError, SourceNotFoundError } from '#core/errors.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import { isMarker } from '#core/objects/is-marker.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';

/** A plan holds some 100 bytes for each of them. */
const MAX_OBJECTS = 1_000_000;

/** Objects whose versions are asked for at the same time: what one LIST gives. */
const BATCH = 1000;

/** Calls with the URI of each object that is known to be no part of the table. */
type OnPassedOver = (uri: string) => void;

async function* withVersions(
  store: ObjectStore,
  objects: AsyncIterable<SourcePin>,
): AsyncGenerator<SourcePin> {
  const pin = async (batch: readonly SourcePin[]) => (await store.pinVersions?.(batch)) ?? batch;
  let batch: SourcePin[] = [];
  for await (const object of objects) {
    if (batch.push(object) < BATCH) continue;
    yield* await pin(batch);
    batch = [];
  }
  if (batch.length > 0) yield* await pin(batch);
}

async function* listFolder(
  store: ObjectStore,
  folder: string,
  onPassedOver: OnPassedOver,
): AsyncGenerator<SourcePin> {
  let found = 0;
  for await (const object of store.list(folder)) {
    if (isMarker(object)) onPassedOver(object.uri);
    else {
      found += 1;
      yield object;
    }
  }
  if (found > 0) return;
  throw new SourceNotFoundError(
    `${folder} holds no objects; give the folder that holds the files of a table`,
  );
}

/**
 * Finds and pins the objects of a table, in their order: those of a list as it is, those of a
 * folder, and of the folders in it, by their keys. Markers such as `_SUCCESS` are passed over.
 *
 * Sends one HEAD for each object of the list, and for a folder one LIST per thousand objects; where
 * the bucket keeps versions, one HEAD per object. Holds a thousand objects.
 *
 * @param maxObjects of one folder.
 * @throws {SourceNotFoundError} an object does not exist, or a folder holds nothing.
 * @throws {BoundExceededError} more than `maxObjects`, a million by default.
 */
export async function* listTableObjects(
  store: ObjectStore,
  uris: readonly string[],
  onPassedOver: OnPassedOver,
  maxObjects = MAX_OBJECTS,
): AsyncGenerator<SourcePin> {
  let count = 0;
  for (const uri of uris) {
    if (!isFolderUri(uri)) {
      yield await store.pin(uri);
      continue;
    }
    for await (const object of withVersions(store, listFolder(store, uri, onPassedOver))) {
      count += 1;
      if (count > maxObjects) {
        throw new BoundExceededError(
          `${uri} holds more than ${maxObjects} objects, which is the most that is read; give parts of it as sources of their own`,
        );
      }
      yield object;
    }
  }
}
