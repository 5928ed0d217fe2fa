import { withReadAhead } from '#core/bytes/read-ahead.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { checkIndexType, checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import {
  countSegments,
  cutRun,
  type EntryCut,
  type EntryRun,
  segmentRun,
  withDefaults,
} from './entry-cut.ts';
import { readIndices, readValues } from './read-elements.ts';

/** A DIA matrix as its container describes it, unchecked. */
export interface DiaArrays {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly shape: readonly number[];
  /** `[diagonals, length]`: the shape of `data`. */
  readonly dataShape: readonly number[];
  /** True if the first index of `data` varies fastest. */
  readonly isFortran: boolean;
  readonly offsets: StoredArray;
  readonly data: StoredArray;
}

/** What decides the cell of an element of `data`. */
interface Diagonals extends Pick<DiaArrays, 'isFortran'> {
  readonly shape: readonly [rows: number, columns: number];
  readonly offsets: Int32Array | Float64Array;
  /** Number of elements of one diagonal in `data`. */
  readonly length: number;
}

type Values<V> = { [index: number]: V; subarray(start: number, end: number): CsrData };

/** Most diagonals: their offsets are held in memory, in at most 8 MiB. */
const MAX_DIAGONALS = 2 ** 20;

/**
 * Rows and columns of the elements of a run that lie in the matrix and are not zero. Their values
 * are moved to the front.
 */
function keepCells<V>(
  values: Values<V>,
  zero: V,
  { start, end }: EntryRun,
  { shape, offsets, length, isFortran }: Diagonals,
): EntryBatch {
  const rows = new Float64Array(end - start);
  const columns = new Float64Array(end - start);
  let kept = 0;
  for (let at = start; at < end; at++) {
    const value = values[at - start]!;
    const outer = Math.floor(at / (isFortran ? offsets.length : length));
    const inner = at - outer * (isFortran ? offsets.length : length);
    const column = isFortran ? outer : inner;
    const row = column - offsets[isFortran ? inner : outer]!;
    if (row < 0 || row >= shape[0] || column >= shape[1] || value === zero) continue;
    rows[kept] = row;
    columns[kept] = column;
    values[kept] = value;
    kept++;
  }
  return {
    rows: rows.subarray(0, kept),
    columns: columns.subarray(0, kept),
    data: values.subarray(0, kept),
  };
}

function toBatch(values: CsrData, run: EntryRun, diagonals: Diagonals): EntryBatch {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return keepCells<bigint>(values, 0n, run, diagonals);
  }
  return keepCells<number>(values, 0, run, diagonals);
}

/**
 * @throws {CorruptSourceError} an offset occurs twice, or the number of offsets is not that of
 * diagonals.
 */
async function readOffsets({ uri, offsets, dataShape }: DiaArrays): Promise<Diagonals['offsets']> {
  checkIndexType(uri, 'offsets', offsets);
  if (offsets.length !== dataShape[0]) {
    throw new CorruptSourceError(
      `${uri} has ${offsets.length} offsets and ${dataShape[0]} diagonals in data, expected as many`,
    );
  }
  if (offsets.length > MAX_DIAGONALS) {
    throw new BoundExceededError(
      `${uri} has ${offsets.length} diagonals, allowed are ${MAX_DIAGONALS}; save it with scipy.sparse.save_npz(path, matrix.tocsr())`,
    );
  }
  const numbers = await readIndices(offsets, { start: 0, end: offsets.length });
  const sorted = numbers.toSorted();
  const twice = sorted.findIndex((offset, i) => i > 0 && offset === sorted[i - 1]);
  if (twice === -1) return numbers;
  throw new CorruptSourceError(
    `${uri} has offset ${sorted[twice]} twice, expected each diagonal once`,
  );
}

/** Number of elements that lie in the matrix, with zeros. */
function countCells({ shape, offsets, length }: Diagonals): number {
  const [rows, columns] = shape;
  let cells = 0;
  for (const offset of offsets) {
    const end = Math.min(length, columns, rows + offset);
    cells += Math.max(0, end - Math.max(0, offset));
  }
  return cells;
}

/**
 * The entries of a DIA matrix: `data[k, j]` lies at row `j - offsets[k]` and column `j`. Elements
 * outside the matrix are padding. Zeros are omitted, as in SciPy's `tocsr()`; NaN is kept.
 *
 * Opening reads `offsets`. One read per batch; the next batch is read while the consumer uses one.
 *
 * @throws {CorruptSourceError} lengths contradict each other, an offset occurs twice, or the shape
 * is negative.
 * @throws {UnsupportedSourceError} it has not two dimensions, or its offsets are neither int32 nor
 * int64.
 * @throws {BoundExceededError} more than 2^20 diagonals or 2^31 - 1 columns.
 */
export async function openDiaEntries(arrays: DiaArrays, cut: EntryCut = {}): Promise<EntrySource> {
  const { uri, dataShape, isFortran, data } = arrays;
  const shape = checkShape(uri, arrays.shape);
  const offsets = await readOffsets(arrays);
  const diagonals: Diagonals = { shape, offsets, length: dataShape[1]!, isFortran };
  const { segmentEntries, batchEntries } = withDefaults(cut, data.dtype);
  async function* readBatches(segment: number): AsyncGenerator<EntryBatch> {
    for (const run of cutRun(segmentRun(data.length, segmentEntries, segment), batchEntries)) {
      yield toBatch(await readValues(data, run), run, diagonals);
    }
  }
  return {
    uri,
    shape,
    dtype: data.dtype,
    maxEntries: countCells(diagonals),
    segments: countSegments(data.length, segmentEntries),
    readSegment: (segment) => withReadAhead(readBatches(segment)),
  };
}
