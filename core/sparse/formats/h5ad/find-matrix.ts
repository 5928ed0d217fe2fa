import { readIntegersAttribute, readTextAttribute } from '#core/containers/hdf5/attributes.ts';
import { parseDataset } from '#core/containers/hdf5/dataset.ts';
import {
  type Hdf5Object,
  isDataset,
  isGroup,
  listNames,
  openChild,
  openDatasetOf,
  openPath,
} from '#core/containers/hdf5/group.ts';
import { readSmallDataset } from '#core/containers/hdf5/read-elements.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';

/** A sparse matrix in an HDF5 file. */
export interface FoundMatrix {
  readonly format: 'h5ad' | '10x';
  /** The group with `indptr`, `indices` and `data`. */
  readonly group: Hdf5Object;
  /** `csr` if the entries of a row lie together, `csc` if those of a column do. */
  readonly order: 'csr' | 'csc';
  /** The shape as stored, rows first. */
  readonly shape: readonly number[];
}

const ENCODINGS: ReadonlyMap<string, 'csr' | 'csc'> = new Map([
  ['csr_matrix', 'csr'],
  ['csc_matrix', 'csc'],
  // Names that anndata wrote before version 0.7.
  ['csr', 'csr'],
  ['csc', 'csc'],
]);

/** The group that Cell Ranger 3 and later write. */
const TENX_GROUP = 'matrix';

/**
 * Names that identify a matrix of a 10x file; `shape` is an attribute in AnnData. Before Cell
 * Ranger 3 there is one such group per genome, and other programs write no barcodes.
 */
const TENX_NAMES = ['data', 'indices', 'indptr', 'shape'];

/** Most groups of the root in which a 10x matrix is searched. */
const MAX_GROUPS = 16;

const DENSE_FIX = 'a.X = scipy.sparse.csr_matrix(a.X); a.write_h5ad(path)';

/** Names of the groups of AnnData that may hold several matrices. */
const LAYERS = 'layers';

/** What a file holds, with the names of its layers. */
async function describeNames(root: Hdf5Object): Promise<string> {
  const names = await listNames(root);
  const layers = names.includes(LAYERS) ? await openChild(root, LAYERS) : undefined;
  const inside = layers !== undefined && isGroup(layers) ? await listNames(layers) : [];
  const shown = names.filter((name) => name !== LAYERS || inside.length === 0);
  const all = [...inside.sort().map((name) => `${LAYERS}/${name}`), ...shown.sort()];
  return all.slice(0, 16).join(', ') || 'nothing';
}

async function readEncoding(object: Hdf5Object): Promise<string> {
  const encoding = await readTextAttribute(object, 'encoding-type');
  return encoding ?? (await readTextAttribute(object, 'h5sparse_format')) ?? '';
}

async function readShape(object: Hdf5Object): Promise<readonly number[]> {
  const shape = await readIntegersAttribute(object, 'shape');
  return shape ?? (await readIntegersAttribute(object, 'h5sparse_shape')) ?? [];
}

/**
 * @throws {UnsupportedSourceError} there is no object at the path, or it is not a sparse matrix.
 */
async function openH5ad(root: Hdf5Object, path: string): Promise<FoundMatrix> {
  const group = await openPath(root, path);
  if (group === undefined) {
    throw new UnsupportedSourceError(
      `${root.where} has no ${path}: it holds ${await describeNames(root)}; name the matrix as layer (--layer), such as layers/counts or raw/X`,
    );
  }
  if (isDataset(group)) {
    throw new UnsupportedSourceError(
      `${group.where} is dense, expected a sparse matrix; save it with a = anndata.read_h5ad(path); ${DENSE_FIX}`,
    );
  }
  const encoding = await readEncoding(group);
  const order = ENCODINGS.get(encoding);
  if (order !== undefined) return { format: 'h5ad', group, order, shape: await readShape(group) };
  throw new UnsupportedSourceError(
    `${group.where} is of encoding-type ${JSON.stringify(encoding)}, allowed are csr_matrix and csc_matrix; name a sparse matrix as layer (--layer), such as layers/counts or raw/X`,
  );
}

async function isTenx(group: Hdf5Object | undefined): Promise<boolean> {
  if (group === undefined || !isGroup(group)) return false;
  const names = new Set(await listNames(group));
  return TENX_NAMES.every((name) => names.has(name));
}

/** Finds the groups of a 10x file that are matrices. */
async function findTenxGroups(root: Hdf5Object): Promise<Hdf5Object[]> {
  const names = await listNames(root);
  const candidates = names.includes(TENX_GROUP) ? [TENX_GROUP] : names.slice(0, MAX_GROUPS);
  const groups: Hdf5Object[] = [];
  for (const name of candidates) {
    const group = await openChild(root, name);
    if (group !== undefined && (await isTenx(group))) groups.push(group);
  }
  return groups;
}

/**
 * Opens the matrix of a 10x file. Features × barcodes stored by column are barcodes × features
 * stored by row.
 */
async function openTenx(group: Hdf5Object): Promise<FoundMatrix> {
  const shape = await readSmallDataset(parseDataset(await openDatasetOf(group, 'shape')));
  return { format: '10x', group, order: 'csr', shape: shape.toReversed() };
}

/** The only matrix of a 10x file; undefined if it has none. */
async function openOnlyTenx(root: Hdf5Object): Promise<FoundMatrix | undefined> {
  const groups = await findTenxGroups(root);
  const [group, second] = groups;
  if (group === undefined) return undefined;
  if (second === undefined) return await openTenx(group);
  throw new UnsupportedSourceError(
    `${root.where} holds the matrices of ${groups.map(({ path }) => path).join(' and ')}, expected one; name one as layer (--layer ${group.path})`,
  );
}

/** The matrix at a path: a group of a 10x file, unless the request says h5ad, or one of AnnData. */
async function openLayer(
  root: Hdf5Object,
  path: string,
  format: SourceOptions['format'],
): Promise<FoundMatrix> {
  const group = format === 'h5ad' ? undefined : await openPath(root, path);
  if (group !== undefined && (await isTenx(group))) return await openTenx(group);
  if (format !== '10x') return await openH5ad(root, path);
  throw new UnsupportedSourceError(
    `${root.where} has no matrix of a 10x file at ${path}: it holds ${await describeNames(root)}; name one as layer (--layer)`,
  );
}

/**
 * Finds the sparse matrix of an AnnData or a 10x file. The content of the file says which of both
 * it is.
 *
 * A few reads of 64 KiB, each of which has several headers.
 *
 * @throws {UnsupportedSourceError} there is no sparse matrix, or more than one; says what to do.
 * @throws {CorruptSourceError} the file is damaged.
 */
export async function findMatrix(
  root: Hdf5Object,
  { format, layer }: SourceOptions,
): Promise<FoundMatrix> {
  if (layer !== undefined) return await openLayer(root, layer, format);
  if (format === 'h5ad') return await openH5ad(root, 'X');
  if (format !== '10x' && (await listNames(root)).includes('X')) return await openH5ad(root, 'X');
  const found = await openOnlyTenx(root);
  if (found !== undefined) return found;
  throw new UnsupportedSourceError(
    `${root.where} has no group ${format === '10x' ? '' : 'X or '}${TENX_GROUP} of a sparse matrix: it holds ${await describeNames(root)}; name a sparse matrix as layer (--layer), or save one with anndata.AnnData(matrix).write_h5ad(path)`,
  );
}
