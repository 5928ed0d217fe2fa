import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { Output } from '#core/outputs/output.ts';
import { type Chunking, MAX_CHUNK_BYTES } from '#core/request/request-schema.ts';
import { MAX_CHUNKS } from '#core/run/chunk-name.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { type MatrixInfo, withRows } from '#core/sparse/matrix-facts.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';

export interface MatrixPlanOptions {
  readonly matrix: MatrixInfo;
  readonly output: Output;
  readonly chunking: Chunking;
  /** Chunks that are there already, whose ids go on. */
  readonly chunksBefore: number;
}

/** Bytes of one column index in memory. */
const INDEX_BYTES = 4;

/**
 * The most that a row and an entry add to the content; an entry adds nothing where unstored cells
 * are the longest.
 */
function growthOf({ matrix, output }: MatrixPlanOptions): { perRow: number; perEntry: number } {
  const perRow = output.bounds(withRows(matrix, 1, 0)).max;
  const perEntry = Math.max(0, output.bounds(withRows(matrix, 1, 1)).max - perRow);
  return { perRow, perEntry };
}

function refuseLongRow(row: number, entries: number, matrix: MatrixInfo): void {
  const bytes = entries * (INDEX_BYTES + ITEM_BYTES[matrix.dtype]);
  if (bytes <= MAX_ROW_BYTES) return;
  throw new BoundExceededError(
    `row ${row} holds ${entries} stored entries (${bytes} bytes), which a writer reads at once; at most ${MAX_ROW_BYTES} bytes a row are allowed`,
  );
}

function refuseLongChunk(chunk: PlannedChunk, bytes: number): void {
  if (bytes <= MAX_CHUNK_BYTES) return;
  throw new BoundExceededError(
    `chunk ${chunk.index} (rows ${chunk.rowStart} to ${chunk.rowEnd}) may hold up to ${bytes} bytes of text; at most ${MAX_CHUNK_BYTES} are allowed, so ask for fewer rows a chunk`,
  );
}

function refuseManyChunks(index: number): void {
  if (index < MAX_CHUNKS) return;
  throw new BoundExceededError(
    `the output would have more than ${MAX_CHUNKS} chunks; ask for more rows or bytes a chunk`,
  );
}

/**
 * Cuts the rows of a matrix into chunks, in row order and without a gap.
 *
 * With `targetBytes` a chunk takes rows as long as its content cannot pass the target, whatever the
 * values are; a single row that can is a chunk of its own. With `rows` every chunk but the last has
 * exactly that many. There is at least one chunk, so that a manifest is never empty.
 *
 * @param bands the whole `indptr`, in bands of any length; read once, nothing is kept.
 * @throws {BoundExceededError} a row, a chunk or the number of chunks passes its bound.
 */
export async function* planMatrix(
  bands: AsyncIterable<Float64Array>,
  options: MatrixPlanOptions,
): AsyncGenerator<PlannedChunk> {
  const { matrix, chunking, chunksBefore } = options;
  const { perRow, perEntry } = growthOf(options);
  const maxRows = 'rows' in chunking ? chunking.rows : Number.POSITIVE_INFINITY;
  const target = 'targetBytes' in chunking ? chunking.targetBytes : Number.POSITIVE_INFINITY;
  let index = chunksBefore;
  let rowStart = 0;
  let bytes = 0;
  let row = -1;
  let before = 0;

  const close = (rowEnd: number): PlannedChunk => {
    const chunk = { index, rowStart, rowEnd };
    refuseManyChunks(index);
    refuseLongChunk(chunk, bytes);
    index += 1;
    rowStart = rowEnd;
    bytes = 0;
    return chunk;
  };

  for await (const band of bands) {
    for (const end of band) {
      if (row >= 0) {
        const entries = end - before;
        refuseLongRow(row, entries, matrix);
        const rowBytes = perRow + entries * perEntry;
        if (row > rowStart && (row - rowStart >= maxRows || bytes + rowBytes > target)) {
          yield close(row);
        }
        bytes += rowBytes;
      }
      before = end;
      row += 1;
    }
  }
  if (row > rowStart || index === chunksBefore) yield close(Math.max(row, 0));
}
