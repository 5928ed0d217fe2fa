/** Written last by whoever writes a bundle: its arrival says that the folder is whole. */
const BUNDLE_META = /\/meta\.json$/;

/** True for what stands for the objects below it: a URI or path that ends with a slash. */
export function isFolderUri(uri: string): boolean {
  return uri.endsWith('/');
}

/** A bundle may be named by its `meta.json`, as an S3 event does: the folder is meant. */
export function folderOfMeta(uri: string): string {
  return uri.replace(BUNDLE_META, '/');
}
