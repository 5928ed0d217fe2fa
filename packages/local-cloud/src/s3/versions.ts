import type { Bucket, DeleteMarker, ObjectRecord, Version } from './records.ts';

/** How requests and answers name the version without an id. */
export const NULL_VERSION = 'null';

/** True for the version that says that its key was deleted. */
export function isDeleteMarker(version: Version): version is DeleteMarker {
  return 'isDeleteMarker' in version;
}

/** The id of a version as requests and answers have it. */
export function versionIdOf({ versionId }: Version): string {
  return versionId ?? NULL_VERSION;
}

/** All versions of a key, newest first: the first one is what the key is now. */
export function versionsOf({ objects, history }: Bucket, key: string): readonly Version[] {
  const current = objects.get(key);
  const older = history.get(key) ?? [];
  return current === undefined ? older : [current, ...older];
}

/** The version of a key with that id; undefined when there is none. */
export function findVersion(bucket: Bucket, key: string, versionId: string): Version | undefined {
  return versionsOf(bucket, key).find((version) => versionIdOf(version) === versionId);
}

/** The versions after one more was written: there is one null version at most. */
export function withNewest(versions: readonly Version[], newest: Version): readonly Version[] {
  return [newest, ...versions.filter(({ versionId }) => versionId !== newest.versionId)];
}

/** What a key is now, and the other versions: those that the two indexes of a bucket hold of it. */
export function splitVersions(versions: readonly Version[]): {
  readonly object: ObjectRecord | undefined;
  readonly older: readonly Version[];
} {
  const [newest, ...older] = versions;
  if (newest === undefined || isDeleteMarker(newest)) return { object: undefined, older: versions };
  return { object: newest, older };
}

/** Puts the versions of a key into the indexes of its bucket. */
export function setVersions(bucket: Bucket, key: string, versions: readonly Version[]): void {
  const { object, older } = splitVersions(versions);
  if (object === undefined) bucket.objects.delete(key);
  else bucket.objects.set(key, object);
  if (older.length === 0) bucket.history.delete(key);
  else bucket.history.set(key, older);
}

/** The versions that have bytes. */
export function objectsAmong(versions: readonly Version[]): readonly ObjectRecord[] {
  return versions.flatMap((version) => (isDeleteMarker(version) ? [] : version));
}

/** The header of an answer about a version that was read, deleted or made. */
export function versionHeader(
  { versioning }: Bucket,
  version: Version,
): Readonly<Record<string, string>> {
  return versioning === undefined ? {} : { 'x-amz-version-id': versionIdOf(version) };
}

/** The header of an answer about an object that was written: none while versioning is suspended. */
export function writtenHeader({ versionId }: ObjectRecord): Readonly<Record<string, string>> {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}

/** The headers of an answer about a delete marker. */
export function markerHeaders(marker: DeleteMarker): Readonly<Record<string, string>> {
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionIdOf(marker) };
}
