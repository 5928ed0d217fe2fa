import { join } from 'node:path';

/** Keys of a bucket whose objects are files of this machine. */
export interface FolderMount {
  readonly bucket: string;
  /** Ends with a slash, or is the key of the one file at `path`; empty for the whole bucket. */
  readonly prefix: string;
  /** The folder, which ends with a slash, or the file. */
  readonly path: string;
  /** Folder on the same disk for what is not whole yet; absent where nothing may be written. */
  readonly drafts?: string;
  /** The same for what is written in parts, which a killed process leaves. */
  readonly uploads?: string;
  /**
   * Name of folders whose files may be lost in a power failure, because they are made again then.
   * All others are on the disk before a run goes on. @default none
   */
  readonly passing?: string;
}

/** A place that a mount has: a file that may be there, or a folder. */
export interface MountedPlace {
  readonly mount: FolderMount;
  readonly path: string;
}

function isFolder({ path }: FolderMount): boolean {
  return path.endsWith('/');
}

/** Finds the file of a key; undefined where S3 has it. */
export function mountedAt(
  mounts: readonly FolderMount[],
  bucket: string,
  key: string,
): MountedPlace | undefined {
  const mount = mounts.find((each) => {
    if (each.bucket !== bucket) return false;
    return isFolder(each) ? key.startsWith(each.prefix) : key === each.prefix;
  });
  if (mount === undefined) return undefined;
  return { mount, path: join(mount.path, key.slice(mount.prefix.length)) };
}

/** A text with the paths of this machine in the place of the URIs that stand for them. */
export function withPaths(text: string, mounts: readonly FolderMount[]): string {
  return mounts.reduce(
    (said, { bucket, prefix, path }) => said.replaceAll(`s3://${bucket}/${prefix}`, path),
    text,
  );
}
