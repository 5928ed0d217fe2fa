import type { RowRange } from '#core/contract.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { defaultColumnNames } from '#core/outputs/csv/column-names.ts';
import { createChunkEncoder } from '#core/outputs/csv/create-chunk-encoder.ts';
import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import { openKernel } from '#core/outputs/csv/fast-csv-encoder.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { releaseSlice } from '#core/sparse/release-slice.ts';

const PART_BYTES = 4 * 1024 * 1024;

/** How the rows of a chunk are written. */
export interface ChunkText {
  readonly dialect: CsvDialect;
  readonly compression: Compression;
}

/** Passes parts on and hands the buffer back when the next part is asked for. */
function* reusing(
  parts: Generator<Uint8Array, void, Uint8Array>,
  buffer: Uint8Array,
): Generator<Uint8Array> {
  for (let step = parts.next(buffer); step.done !== true; step = parts.next(buffer)) {
    yield step.value;
  }
}

/**
 * Reads and checks rows without writing anything, one sub-slice at a time.
 *
 * @throws {CorruptSourceError} the first fault found.
 */
export async function checkRows(matrix: Matrix, rows: RowRange): Promise<void> {
  const slices = readSlices(matrix, rows);
  for (let step = await slices.next(); step.done !== true; step = await slices.next());
}

/**
 * Yields the bytes of rows as a writer would write them, in parts of at most 4 MiB. A part is valid
 * until the next one is asked for: all share one buffer.
 *
 * @param text with `header: 'first-chunk'` the header line comes first, whatever the rows are.
 */
export async function* encodeRows(
  matrix: Matrix,
  rows: RowRange,
  { dialect, compression }: ChunkText,
): AsyncGenerator<Uint8Array> {
  const kernel = openKernel({ count: 1, bytes: PART_BYTES });
  const buffer = kernel?.buffers[0] ?? new Uint8Array(PART_BYTES);
  const { dtype, shape, nnz, fillValue } = matrix;
  const density = { rows: shape[0], nnz };
  const columns = shape[1];
  const options = { dtype, columns, fillValue, dialect, compression, density, buffer };
  const encoder = createChunkEncoder(kernel, options);
  if (dialect.header === 'first-chunk') {
    yield* reusing(encoder.header(defaultColumnNames(columns)), buffer);
  }
  for await (const slice of readSlices(matrix, rows)) {
    yield* reusing(encoder.encode(slice), buffer);
    releaseSlice(slice);
  }
  if (encoder.end !== undefined) yield* reusing(encoder.end(), buffer);
  yield encoder.finish();
}
