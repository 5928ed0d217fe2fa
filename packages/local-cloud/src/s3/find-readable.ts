import { bucketArn, type Call, objectArn } from './call.ts';
import { invalidArgument, keyDeleted, markerNamed, noSuchKey, noSuchVersion } from './errors.ts';
import type { ObjectRecord } from './records.ts';
import {
  findVersion,
  isDeleteMarker,
  markerHeaders,
  NULL_VERSION,
  versionsOf,
} from './versions.ts';

/** An object as a request names it. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
  /** Undefined for what the key is now. */
  readonly versionId: string | undefined;
}

/** @throws {S3Error} `InvalidArgument`: a bucket that never kept versions has the null version. */
export function assertVersionId(call: Call, { bucket, versionId }: ObjectName): void {
  if (versionId === undefined || versionId === NULL_VERSION) return;
  if (call.store.bucket(bucket).versioning !== undefined) return;
  throw invalidArgument('Invalid version id specified', 'versionId', versionId);
}

/** The error for a key or version that is not there, or is a delete marker. */
function absent(call: Call, { bucket, key, versionId }: ObjectName): Error {
  const found = call.store.bucket(bucket);
  const [newest] = versionsOf(found, key);
  if (versionId !== undefined && found.versioning !== undefined) {
    return noSuchVersion(key, versionId);
  }
  if (newest !== undefined && isDeleteMarker(newest)) return keyDeleted(key, markerHeaders(newest));
  return noSuchKey(key);
}

/**
 * The object or version, if the caller may read it. Naming a version, even the only one there is,
 * needs a permission of its own. A caller who may not list the bucket gets `AccessDenied` for what
 * is missing.
 *
 * @throws {S3Error} `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`; `MethodNotAllowed`: the version
 *   is a delete marker. @throws {AccessDenied}
 */
export function findReadable(call: Call, name: ObjectName): ObjectRecord {
  const { bucket, key, versionId } = name;
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  call.authorize(action, objectArn(bucket, key));
  assertVersionId(call, name);
  const version =
    versionId === undefined
      ? call.store.find(bucket, key)
      : findVersion(call.store.bucket(bucket), key, versionId);
  if (version === undefined) {
    call.authorize('s3:ListBucket', bucketArn(bucket));
    throw absent(call, name);
  }
  if (!isDeleteMarker(version)) return version;
  throw markerNamed(call.request.method, markerHeaders(version));
}

/** The object or version that the path and the query of a request name. */
export function namedObject({ bucket, key, request }: Call): ObjectName {
  return { bucket, key, versionId: request.query['versionId'] };
}
