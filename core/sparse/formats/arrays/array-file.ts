import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { NpyArray } from '#core/containers/npy/header.ts';
import { locateElements } from '#core/containers/npy/locate-elements.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StreamLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';

/**
 * Names of the arrays of sparse matrices, of SciPy and of pydata/sparse. Which of them a file has
 * depends on the format of its matrix.
 */
export const MEMBER_NAMES = [
  'format',
  'shape',
  'indptr',
  'indices',
  'data',
  'row',
  'col',
  'coords',
  'offsets',
  'fill_value',
  'compressed_axes',
] as const;

export type MemberName = (typeof MEMBER_NAMES)[number];

/** The arrays of a few bytes, which need no index if they are compressed. */
export const SMALL_MEMBERS: ReadonlySet<MemberName> = new Set([
  ...(['format', 'shape', 'fill_value', 'compressed_axes'] as const),
]);

/** One array of a matrix. Headers and small files are in memory already. */
export interface MemberArray {
  readonly source: ByteSource;
  /** The source's form in a layout. */
  readonly stream: StreamLayout;
  /** Header of the array; its `elements` is a range of `source`. */
  readonly header: NpyArray;
}

/** The named arrays of a matrix: the members of an npz file, or the files of a folder. */
export interface ArrayFile {
  /** Name of the source in messages. */
  readonly uri: string;
  /** True if `indptr`, `indices` and `data` are CSR where nothing says that they are CSC. */
  readonly isCsrByDefault: boolean;
  /** Names of all that is there, arrays or not. */
  readonly names: readonly string[];
  /** The objects that the streams of the arrays refer to. */
  readonly objects: readonly SourcePin[];
  /** What must be done before the arrays can be read, such as seek indexes. */
  readonly jobs: readonly StageJob[];
  has(name: MemberName): boolean;
  /**
   * Reads the header of one array.
   *
   * @throws {CorruptSourceError} the array is missing, or its structures are damaged.
   * @throws {UnsupportedSourceError} it cannot be read, or its elements are not supported.
   */
  read(name: MemberName): Promise<MemberArray>;
}

/** Checks that an array has so many dimensions, and returns it ready to be read. */
export function toStoredArray({ header, source }: MemberArray, dimensions: 1 | 2 | 3): StoredArray {
  return { source, ...locateElements(header, dimensions) };
}

/** The first names of what is there, for messages. */
function holdings({ names }: Pick<ArrayFile, 'names'>): string {
  return names.slice(0, 8).join(', ') || 'nothing';
}

/** The error for an array that a matrix needs and that is not there. */
export function missingArray(
  file: Pick<ArrayFile, 'uri' | 'names'>,
  name: MemberName,
): CorruptSourceError {
  return new CorruptSourceError(
    `${file.uri} holds ${holdings(file)}, but no ${name}.npy, which its format needs; save it again with scipy.sparse.save_npz`,
  );
}

/** The error for arrays that are no sparse matrix. */
export function noMatrix(file: ArrayFile): UnsupportedSourceError {
  return new UnsupportedSourceError(
    `${file.uri} holds ${holdings(file)}, but no format.npy, so it is no sparse matrix; save one with scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)`,
  );
}
