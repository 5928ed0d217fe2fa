import type { FileObjectStore } from '#cli/sources/file-object-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { type FolderMount, mountedAt } from './folder-mounts.ts';

/** Opens objects: those that are files of this machine without a request, all others in S3. */
export function mountedStore(
  mounts: readonly FolderMount[],
  files: FileObjectStore,
  inS3: ObjectStore,
): Pick<ObjectStore, 'open'> {
  return {
    open(pin) {
      const { bucket, key } = parseS3Uri(pin.uri);
      const place = mountedAt(mounts, bucket, key);
      if (place === undefined) return inS3.open(pin);
      return { ...files.open({ ...pin, uri: place.path }), uri: pin.uri };
    },
  };
}
