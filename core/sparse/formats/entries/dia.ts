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

/** A DIA matrix as its container names it, not yet checked. */
export interface DiaArrays {
  /** Names the source in messages. */
  readonly uri: string;
  readonly shape: readonly number[];
  /** `[diagonals, length]`: the shape of `data`. */
  readonly dataShape: readonly number[];
  /** The first index of `data` runs fastest. */
  readonly isFortran: boolean;
  readonly offsets: StoredArray;
  readonly data: StoredArray;
}

/** Which cell an element of `data` is. */
interface Diagonals extends Pick<DiaArrays, 'isFortran'> {
  readonly shape: readonly [rows: number, columns: number];
  readonly offsets: Int32Array | Float64Array;
  /** Elements of one diagonal in `data`. */
  readonly length: number;
}

type Values<V> = { [index: number]: V; subarray(start: number, end: number): CsrData };

/** Their offsets are held in memory, 8 MiB of them. */
const MAX_DIAGONALS = 2 ** 20;

/** Rows and columns of the elements of a run that lie in the matrix and are not zero; values are moved up. */
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

/** @throws {CorruptSourceError} an offset occurs twice, or there are not as many as diagonals. */
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

/** How many elements lie in the matrix, zeros among them. */
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
 * The entries of a DIA matrix: `data[k, j]` lies at row `j - offsets[k]` and column `j`. What falls
 * outside the matrix is padding, and zeros are left out, as `tocsr()` of SciPy has it; NaN is kept.
 *
 * Opening reads `offsets`. One read a batch, the next one under way while one is used.
 *
 * @throws {CorruptSourceError} lengths contradict each other, an offset occurs twice, or the shape is negative.
 * @throws {UnsupportedSourceError} not two dimensions, or offsets neither int32 nor int64.
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
