import { stat } from 'node:fs/promises';
import { folderOfMeta, isFolderUri } from '#core/objects/folder-uri.ts';

/** True for `s3://bucket/key`; everything else is a path. */
export function isS3Uri(location: string): boolean {
  return location.startsWith('s3://');
}

/** A folder of this machine may be named without a slash at the end. */
export async function asUri(location: string): Promise<string> {
  const uri = folderOfMeta(location);
  if (isS3Uri(uri) || isFolderUri(uri)) return uri;
  const isFolder = (await stat(uri).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? `${uri}/` : uri;
}
