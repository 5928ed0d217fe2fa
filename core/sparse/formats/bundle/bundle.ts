import { parseDescr } from '#core/containers/npy/descr.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr } from '#core/sparse/layout/assemble-csr.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { jsonNames } from '#core/sparse/names/json-names.ts';
import type { Names } from '#core/sparse/names.ts';
import { findObject, readFolderArrays } from './arrays.ts';
import {
  assertArrived,
  filesOf,
  incomplete,
  missing,
  ofAnotherVersion,
  whileUploading,
} from './arrival.ts';
import { readColumnTypes } from './column-types.ts';
import { lackingFiles, META_FILE } from './file-names.ts';
import { type BundleMeta, type BundleNames, readMeta } from './meta.ts';

function matchesFolder(names: ReadonlySet<string>): boolean {
  return lackingFiles(names) !== undefined;
}

/** Refuses arrays that do not fit `meta.json`. */
function checkAgainst(meta: BundleMeta, uri: string, layout: MatrixLayout): void {
  const { dtype } = parseDescr(meta.dtype, `${META_FILE} of ${uri}`);
  const facts = [
    ['nnz', meta.nnz, layout.nnz],
    ['dtype', dtype, layout.dtype],
  ];
  for (const [fact, expected, got] of facts) {
    if (expected === got) continue;
    throw new CorruptSourceError(
      `${uri} has a ${fact} of ${got}, but its ${META_FILE} says ${expected}; write the bundle again`,
    );
  }
}

/** @param isProven every file is known to be the one that `meta.json` means. */
async function layoutOf(
  meta: BundleMeta,
  input: FormatInput,
  isProven: boolean,
): Promise<MatrixLayout> {
  const { uri, objects } = input.unit;
  const { shape, indptr, indices, data } = meta;
  const files = [indptr, indices, data].map(({ file }) => file);
  const { indptrSource, ...arrays } = await readFolderArrays(input, files);
  const fillValue = meta.fillValue === 'NaN' ? meta.fillValue : undefined;
  try {
    const types = await readColumnTypes(meta, input);
    const facts = { format: 'bundle', uri, objects, shape, fillValue } as const;
    const found = { ...facts, ...arrays, ...types };
    const layout = await assembleCsr(found, indptrSource);
    checkAgainst(meta, uri, layout);
    return layout;
  } catch (error) {
    throw isProven ? error : ofAnotherVersion(error, uri);
  }
}

function objectNames({ unit }: FormatInput): string[] {
  return unit.objects.map((object) => object.uri.slice(unit.uri.length));
}

/** @throws {IncompleteSourceError} there is no `meta.json`. */
async function metaOf(input: FormatInput): Promise<BundleMeta> {
  const { unit, store } = input;
  const lacking = lackingFiles(new Set(objectNames(input))) ?? [META_FILE];
  if (lacking.length > 0) throw incomplete(unit.uri, [missing(lacking)]);
  return await readMeta(store.open(unit.objects[findObject(input, META_FILE)]!));
}

/** Objects that `meta.json` does not name: most are left from an older version. */
function leftOvers(meta: BundleMeta, input: FormatInput): string[] {
  const used = new Set([META_FILE, ...filesOf(meta).map(({ file }) => file)]);
  return objectNames(input).filter((name) => !used.has(name));
}

/**
 * Finds the arrays of a CSR bundle. Seven small reads, and one look at each array that is not named
 * by its content.
 *
 * @throws {IncompleteSourceError} an object is missing, or is that of another version.
 * @throws {CorruptSourceError} an object is damaged, or does not fit `meta.json`.
 * @throws {UnsupportedSourceError} another format or version, or elements of a type that is not
 * supported.
 */
async function resolve(input: FormatInput): Promise<Resolution> {
  const { uri } = input.unit;
  try {
    const meta = await metaOf(input);
    const isProven = await assertArrived(meta, input);
    const layout = await layoutOf(meta, input, isProven);
    return { layout, unused: leftOvers(meta, input) };
  } catch (error) {
    throw whileUploading(error, uri);
  }
}

/** The names in a file of a bundle that has been resolved. */
function namesIn(input: FormatInput, { file, title = '' }: BundleNames): Names {
  const object = input.unit.objects[findObject(input, file)]!;
  return { ...jsonNames(input.store.open(object)), title };
}

/**
 * A folder that `python/sparse_to_s3.py` writes: the arrays and, last, `meta.json`, which names
 * them.
 * @see docs/formats.md
 */
export const bundle: MatrixFormat = {
  name: 'bundle',
  matches: () => false,
  matchesFolder,
  resolve,
  async columnNames(input) {
    const { columnNames } = await metaOf(input);
    return columnNames && namesIn(input, columnNames);
  },
  async rowNames(input) {
    const { rowNames } = await metaOf(input);
    return rowNames && namesIn(input, rowNames);
  },
};
