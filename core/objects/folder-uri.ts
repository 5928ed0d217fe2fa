/** A bundle's writer writes this object last: when it is there, the folder is complete. */
const BUNDLE_META = /\/meta\.json$/;

/** True for a URI or path of a folder: it ends with a slash and means the objects below it. */
export function isFolderUri(uri: string): boolean {
  return uri.endsWith('/');
}

/**
 * Turns the URI of a bundle's `meta.json`, as an S3 event has it, into that of the bundle's folder.
 * Any other URI is returned as it is.
 */
export function folderOfMeta(uri: string): string {
  return uri.replace(BUNDLE_META, '/');
}
