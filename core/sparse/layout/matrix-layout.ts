import type { ByteRange } from '#core/bytes/byte-source.ts';
import type { DType } from '#core/elements/dtype.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { MatrixInfo } from '#core/sparse/csr.ts';

/** The formats that a source, or each part of it, may have. */
export const FORMATS = ['npz', 'bundle', 'npy', 'svmlight', 'mtx', 'h5ad', '10x'] as const;

export type SourceFormat = (typeof FORMATS)[number];

/** How elements are stored. */
export interface ElementType {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/**
 * A run of bytes that can be read by range, by a number into the `objects` of its part:
 * an object as it lies; a deflated range of one, read through its staged seek index; or the
 * chunks of an HDF5 dataset, found through their staged table.
 */
export type StreamLayout =
  | { readonly kind: 'stored'; readonly object: number }
  | {
      readonly kind: 'deflate';
      readonly object: number;
      /** Where the raw deflate stream lies. */
      readonly compressed: ByteRange;
      /** Bytes when inflated. */
      readonly size: number;
      readonly index: number;
    }
  | {
      readonly kind: 'chunks';
      readonly object: number;
      readonly index: number;
      readonly size: number;
    };

/** Where one array lies: `length` elements from byte `offset` of its stream. */
export interface ArrayLayout extends ElementType {
  readonly stream: StreamLayout;
  readonly offset: number;
  /** Elements, not bytes. */
  readonly length: number;
}

/** One row-sliceable CSR matrix: the whole source, or the rows of one part of it. */
export interface PartLayout {
  /** Names the part in messages. */
  readonly uri: string;
  readonly rows: number;
  readonly nnz: number;
  /** What the streams of its arrays refer to, staged objects too. */
  readonly objects: readonly SourcePin[];
  readonly indptr: ArrayLayout;
  readonly indices: ArrayLayout;
  readonly data: ArrayLayout;
}

/**
 * Where the arrays of a row-sliceable matrix lie. Plain JSON: Plan finds it once by reading headers,
 * and every writer reads its slice from it without opening the containers again.
 */
export interface MatrixLayout extends MatrixInfo {
  readonly format: SourceFormat;
  /** In row order, at least one. */
  readonly parts: readonly PartLayout[];
}
