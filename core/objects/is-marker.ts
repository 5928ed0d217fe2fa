import type { SourcePin } from './source-pin.ts';

/** Files that the file managers of Windows write into folders. */
const DESKTOP = /^(?:thumbs\.db|ehthumbs\.db|desktop\.ini)$/i;

/** What Hadoop writes for a folder. */
const FOLDER_MARK = /_\$folder\$$/;

/**
 * Whether an object of a folder is no part of its content: markers such as `_SUCCESS`, hidden
 * objects, files of file managers, and the empty objects that stand for folders.
 */
export function isMarker({ uri, size }: Pick<SourcePin, 'uri' | 'size'>): boolean {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  if (name === '' || FOLDER_MARK.test(name)) return size === 0;
  return name.startsWith('_') || name.startsWith('.') || DESKTOP.test(name);
}
