import type { MatrixInfo } from '#core/sparse/csr.ts';
import type { DType } from '#core/sparse/dtype.ts';

/** Where one array lies in its object: `length` elements of `dtype` from byte `offset`. */
export interface ArrayLayout {
  readonly offset: number;
  /** Elements, not bytes. */
  readonly length: number;
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/**
 * Where the arrays of a row-sliceable CSR matrix lie. Plain JSON: Plan finds it once by reading
 * headers, and every writer reads its slice from it without opening the container again.
 */
export interface CsrLayout extends MatrixInfo {
  readonly format: 'npz';
  readonly indptr: ArrayLayout;
  readonly indices: ArrayLayout;
  readonly data: ArrayLayout;
}
