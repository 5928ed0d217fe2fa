/** Names of the objects with the arrays of a CSR matrix. */
export const ARRAY_FILES = ['indptr.npy', 'indices.npy', 'data.npy'] as const;

/** The object that says what the others are; a bundle's writer writes it last. */
export const META_FILE = 'meta.json';

/** Names of the columns in bundles of version 1. */
export const COLUMNS_FILE = 'columns.json';

/** An array of version 2: its name ends with the CRC-32 of its bytes. */
const NAMED_BY_CONTENT = /^(?:indptr|indices|data|groups)-[0-9a-f]{8}\.npy$/;

/**
 * What a folder lacks to be a bundle, by the names of its objects: nothing if it has a `meta.json`,
 * which says the rest.
 *
 * @returns undefined if it is no bundle, not even one of which only some objects have arrived.
 */
export function lackingFiles(names: ReadonlySet<string>): readonly string[] | undefined {
  if (names.has(META_FILE)) return [];
  if ([...names].some((name) => NAMED_BY_CONTENT.test(name))) return [META_FILE];
  const lacking = ARRAY_FILES.filter((name) => !names.has(name));
  if (lacking.length === ARRAY_FILES.length) return undefined;
  if (names.has(COLUMNS_FILE)) return [...lacking, META_FILE];
  // The three arrays are a matrix without a `meta.json`; those of a COO matrix lie beside `data`.
  const isMatrix = lacking.length === 0;
  const isOther = lacking.length === 2 && names.has('data.npy') && names.size > 1;
  return isMatrix || isOther ? undefined : [...lacking, META_FILE];
}
