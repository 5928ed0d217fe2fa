import type { ArrayFile } from './array-file.ts';
import { type ArrayFormat, arraysOf } from './array-format.ts';

/** Arrays that are read, whatever the format. */
const ALWAYS_READ = ['format', 'shape', 'fill_value', 'compressed_axes'] as const;

/**
 * What says nothing of the rows: whether SciPy's object was an array or a matrix, entries of
 * folders, and what macOS adds to an archive.
 */
const WITHOUT_MEANING = /^_is_array\.npy$|\/$|^__MACOSX\/|(?:^|\/)\.DS_Store$/;

/** Most names that are given: an archive may have thousands of members. */
const MOST = 8;

/** Names of what lies beside the arrays of a matrix and is not read, and might have a meaning. */
export function unusedNames(file: ArrayFile, format: ArrayFormat): readonly string[] {
  const used = new Set([...ALWAYS_READ, ...arraysOf(format, file)].map((name) => `${name}.npy`));
  const unused = file.names.filter((name) => !used.has(name) && !WITHOUT_MEANING.test(name));
  if (unused.length <= MOST) return unused;
  return [...unused.slice(0, MOST), `${unused.length - MOST} more`];
}
