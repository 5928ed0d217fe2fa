import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { checkIndexType, checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import { countSegments, cutRun, type EntryCut, type EntryRun, withDefaults } from './entry-cut.ts';
import { checkPointers, expandPointers, type Pointers, readLastPointer } from './pointers.ts';
import { readIndices, readValues } from './read-elements.ts';

/** A BSR matrix as its container describes it, unchecked. */
export interface BsrArrays {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly shape: readonly number[];
  /** `[blocks, R, C]`, the shape of `data`, which is in C order. */
  readonly dataShape: readonly number[];
  readonly indptr: StoredArray;
  readonly indices: StoredArray;
  readonly data: StoredArray;
}

/** Rows and columns of a block. */
interface BlockSize {
  readonly height: number;
  readonly width: number;
}

/** Position of each block of a batch, counted in blocks. */
interface BlockPlaces {
  readonly first: number;
  readonly rows: Float64Array;
  readonly columns: Int32Array | Float64Array;
}

/**
 * Row and column of each element of a run. Elements are counted from the first block of the matrix.
 */
function placeElements(
  { start, end }: EntryRun,
  { first, rows, columns }: BlockPlaces,
  { height, width }: BlockSize,
): Pick<EntryBatch, 'rows' | 'columns'> {
  const elementRows = new Float64Array(end - start);
  const elementColumns = new Float64Array(end - start);
  const area = height * width;
  for (let at = start; at < end; at++) {
    const block = Math.floor(at / area);
    const within = at - block * area;
    const row = Math.floor(within / width);
    elementRows[at - start] = rows[block - first]! * height + row;
    elementColumns[at - start] = columns[block - first]! * width + (within - row * width);
  }
  return { rows: elementRows, columns: elementColumns };
}

/**
 * @throws {CorruptSourceError} the blocks do not tile the matrix, or their number is not that of
 * `indices`.
 */
function checkBlocks({ uri, shape, dataShape, indices }: BsrArrays): BlockSize {
  const [blocks = 0, height = 0, width = 0] = dataShape;
  const [rows = 0, columns = 0] = shape;
  if (!(height > 0 && width > 0 && rows % height === 0 && columns % width === 0)) {
    throw new CorruptSourceError(
      `${uri} has blocks of ${height} × ${width} in a matrix of ${rows} × ${columns}, expected a size that divides it`,
    );
  }
  if (indices.length !== blocks) {
    throw new CorruptSourceError(
      `${uri} has ${indices.length} elements in indices and ${blocks} blocks in data, expected as many`,
    );
  }
  return { height, width };
}

/**
 * The entries of a BSR matrix, block by block. Every element of a block is an entry, zeros too, as
 * in SciPy's `tocsr()`. Segments are runs of whole blocks.
 *
 * Opening reads the last element of `indptr`. A segment finds its first block row by some ten reads
 * of one element, then takes two reads per batch. It also checks its share of `indptr`.
 *
 * @throws {CorruptSourceError} lengths contradict each other, or the shape is negative or not a
 * multiple of the blocks.
 * @throws {UnsupportedSourceError} it has not two dimensions, or its indices are no
 * integers.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export async function openBsrEntries(arrays: BsrArrays, cut: EntryCut = {}): Promise<EntrySource> {
  const { uri, indptr, indices, data } = arrays;
  const shape = checkShape(uri, arrays.shape);
  checkIndexType(uri, 'indptr', indptr);
  checkIndexType(uri, 'indices', indices);
  const size = checkBlocks(arrays);
  const pointers: Pointers = { uri, axis: 'block row', indptr, data: indices };
  const blocks = await readLastPointer(pointers, shape[0] / size.height + 1);
  const area = size.height * size.width;
  const { segmentEntries, batchEntries } = withDefaults(cut, data.dtype);
  const segmentBlocks = Math.max(1, Math.floor(segmentEntries / area));
  const batchBlocks = Math.max(1, Math.floor(batchEntries / area));
  const segments = countSegments(blocks, segmentBlocks);
  async function* readBatches(segment: number): AsyncGenerator<EntryBatch> {
    await checkPointers(pointers, segment, segments);
    let first = segment * segmentBlocks;
    const end = Math.min(first + segmentBlocks, blocks);
    for await (const rows of expandPointers(pointers, { start: first, end }, batchBlocks)) {
      const next = first + rows.length;
      const columns = await readIndices(indices, { start: first, end: next });
      // A block that is larger than a batch is cut too.
      for (const run of cutRun({ start: first * area, end: next * area }, batchEntries)) {
        const values = await readValues(data, run);
        yield { ...placeElements(run, { first, rows, columns }, size), data: values };
      }
      first = next;
    }
  }
  return {
    uri,
    shape,
    dtype: data.dtype,
    maxEntries: blocks * area,
    segments,
    readSegment: (segment) => withReadAhead(readBatches(segment)),
  };
}
