import type { ChunkTask } from '#core/contract.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import { chunkTextBounds } from '#core/outputs/csv/text-bounds.ts';
import { type Chunking, MAX_CHUNK_BYTES } from '#core/request/request-schema.ts';
import { MAX_CHUNKS } from '#core/run/chunk-name.ts';
import type { MatrixInfo } from '#core/sparse/csr.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';

export interface PlanOptions {
  readonly matrix: MatrixInfo;
  readonly dialect: CsvDialect;
  readonly chunking: Chunking;
  /** Chunks that are there already, whose ids go on. @default 0 */
  readonly chunksBefore?: number;
}

/** Bytes of one column index in memory. */
const INDEX_BYTES = 4;

/**
 * Longest text of rows: it grows by a fixed amount a row and a fixed amount an entry, which is none where
 * unstored cells are the longest.
 */
function textLimits({ matrix, dialect }: PlanOptions): { perRow: number; perEntry: number } {
  const { dtype, fillValue, shape } = matrix;
  const one = (nnz: number) =>
    chunkTextBounds({ rows: 1, columns: shape[1], nnz, dtype, fillValue, dialect }).max;
  const perRow = one(0);
  return { perRow, perEntry: Math.max(0, one(1) - perRow) };
}

function refuseLongRow(row: number, entries: number, matrix: MatrixInfo): void {
  const bytes = entries * (INDEX_BYTES + ITEM_BYTES[matrix.dtype]);
  if (bytes <= MAX_ROW_BYTES) return;
  throw new BoundExceededError(
    `row ${row} holds ${entries} stored entries (${bytes} bytes), which a writer reads at once; at most ${MAX_ROW_BYTES} bytes a row are allowed`,
  );
}

function refuseLongChunk(task: ChunkTask, bytes: number): void {
  if (bytes <= MAX_CHUNK_BYTES) return;
  throw new BoundExceededError(
    `chunk ${task.index} (rows ${task.rowStart} to ${task.rowEnd}) may hold up to ${bytes} bytes of text; at most ${MAX_CHUNK_BYTES} are allowed, so ask for fewer rows a chunk`,
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
 * With `targetBytes` a chunk takes rows as long as its text cannot pass the target, whatever the
 * values are; a single row that can is a chunk of its own. With `rows` every chunk but the last has
 * exactly that many. There is at least one chunk, so that a manifest is never empty.
 *
 * @param bands the whole `indptr`, in bands of any length; read once, nothing is kept.
 * @throws {BoundExceededError} a row, a chunk or the number of chunks passes its bound.
 */
export async function* planChunks(
  bands: AsyncIterable<Float64Array>,
  options: PlanOptions,
): AsyncGenerator<ChunkTask> {
  const { matrix, chunking, chunksBefore = 0 } = options;
  const { perRow, perEntry } = textLimits(options);
  const maxRows = 'rows' in chunking ? chunking.rows : Number.POSITIVE_INFINITY;
  const target = 'targetBytes' in chunking ? chunking.targetBytes : Number.POSITIVE_INFINITY;
  let index = chunksBefore;
  let rowStart = 0;
  let bytes = 0;
  let row = -1;
  let before = 0;

  const close = (rowEnd: number): ChunkTask => {
    const task = { index, rowStart, rowEnd };
    refuseManyChunks(index);
    refuseLongChunk(task, bytes);
    index += 1;
    rowStart = rowEnd;
    bytes = 0;
    return task;
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
