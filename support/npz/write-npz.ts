import type { DType } from '#core/elements/dtype.ts';
import { type NpyOptions, npyArray, npyString } from './npy.ts';
import { type Contents, writeZip, type ZipOptions } from './zip.ts';

/** A CSR matrix as plain lists, as tests write it. */
export interface PlainCsr {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  /** bigint for 64-bit integers; bool as any byte. */
  readonly data: readonly (number | bigint)[];
}

/** How the file is written; the defaults are SciPy's. */
export interface NpzOptions extends NpyOptions, ZipOptions {
  /** @default 'int32' */
  readonly indptrDtype?: DType;
  /** @default 'int32' */
  readonly indicesDtype?: DType;
  /** @default 'csr' */
  readonly format?: string;
  /** Names of the arrays in the order of the members. @default SciPy's */
  readonly order?: readonly string[];
}

const SCIPY_ORDER = ['indices', 'indptr', 'format', 'shape', 'data'];

/**
 * The five members of a CSR matrix, by name, so that a test can replace one before it is zipped.
 */
export function csrMembers(csr: PlainCsr, options: NpzOptions = {}): Contents {
  const { indptrDtype = 'int32', indicesDtype = 'int32', format = 'csr' } = options;
  const members: Contents = {
    indices: npyArray(csr.indices, indicesDtype, options),
    indptr: npyArray(csr.indptr, indptrDtype, options),
    format: npyString(format),
    shape: npyArray(csr.shape, 'int64', options),
    data: npyArray(csr.data, csr.dtype, options),
  };
  const order = options.order ?? SCIPY_ORDER;
  return Object.fromEntries(order.map((name) => [`${name}.npy`, members[name] ?? Buffer.of()]));
}

/**
 * Bytes of an npz file that holds a CSR matrix, by default those that
 * `scipy.sparse.save_npz(file, matrix, compressed=False)` writes.
 *
 * For small matrices: every array is copied several times. `saveNpz` writes large ones.
 */
export function writeNpz(csr: PlainCsr, options: NpzOptions = {}): Uint8Array<ArrayBuffer> {
  return writeZip(csrMembers(csr, options), options);
}
