import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { ChunkTarget, MatrixOutput } from '#core/outputs/output.ts';
import { type Chunking, MAX_CHUNK_BYTES } from '#core/request/request-schema.ts';
import { MAX_CHUNKS } from '#core/run/chunk-name.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { type MatrixInfo, storedEntries, withRows } from '#core/sparse/matrix-facts.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';
import { assertWritable } from './assert-writable.ts';
import { SingleParts } from './single-parts.ts';

/** Is shown each row of a matrix while its rows are cut. */
export interface RowWatcher {
  /**
   * @param entries stored in the next row.
   * @param begins whether it is the first one of its chunk.
   */
  row(entries: number, begins: boolean): void;
  /** There are no more rows. */
  end(): void;
}

export interface MatrixPlanOptions {
  readonly matrix: MatrixInfo;
  readonly output: MatrixOutput;
  readonly chunking: Chunking;
  /** Number of chunks that are there already; the new ids follow theirs. */
  readonly chunksBefore: number;
  readonly watcher?: RowWatcher | undefined;
}

/**
 * Rows that are taken in one call: one by one, a generator takes twice as long. No more chunks than
 * these are held.
 */
const ROWS_AT_ONCE = 65_536;

/** Bytes of one column index in memory. */
const INDEX_BYTES = 4;

/**
 * Most bytes that a row and an entry add to the content. An entry adds nothing where no stored cell
 * can be longer than an unstored one.
 */
function growthOf({ matrix, output }: MatrixPlanOptions): { perRow: number; perEntry: number } {
  const perRow = output.bounds(withRows(matrix, 1, 0)).max;
  const perEntry = Math.max(0, output.bounds(withRows(matrix, 1, 1)).max - perRow);
  return { perRow, perEntry };
}

/** What no chunk passes: rows, bytes of content, stored entries. */
interface ChunkLimits extends Required<ChunkTarget> {
  readonly rows: number;
}

const UNLIMITED: ChunkLimits = {
  rows: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  entries: Number.POSITIVE_INFINITY,
};

/** Undefined unless all chunks become one object. */
function singleParts(
  { matrix, output, chunking }: MatrixPlanOptions,
  { perRow, perEntry }: ReturnType<typeof growthOf>,
): SingleParts | undefined {
  const { part } = output;
  const mostText = matrix.shape[0] * perRow + storedEntries(matrix) * perEntry;
  return part && new SingleParts({ matrix, part, chunking, mostText });
}

function limitsOf({ matrix, output, chunking }: MatrixPlanOptions): ChunkLimits {
  if (chunking === 'automatic') return { ...UNLIMITED, ...output.automaticTarget(matrix) };
  if ('rows' in chunking) return { ...UNLIMITED, rows: chunking.rows };
  const { mostBytes = chunking.targetBytes } = output;
  return { ...UNLIMITED, bytes: Math.min(chunking.targetBytes, mostBytes) };
}

function refuseLongRow(row: number, entries: number, matrix: MatrixInfo): void {
  const bytes = entries * (INDEX_BYTES + ITEM_BYTES[matrix.dtype]);
  if (bytes <= MAX_ROW_BYTES) return;
  throw new BoundExceededError(
    `row ${row} holds ${entries} stored entries (${bytes} bytes), which a writer reads at once; at most ${MAX_ROW_BYTES} bytes a row are allowed`,
  );
}

/** @param mostBytes of a chunk of several rows. */
function refuseLongChunk(chunk: RowChunk, bytes: number, mostBytes = MAX_CHUNK_BYTES): void {
  const most = chunk.rowEnd - chunk.rowStart > 1 ? mostBytes : MAX_CHUNK_BYTES;
  if (bytes <= most) return;
  throw new BoundExceededError(
    `chunk ${chunk.index} (rows ${chunk.rowStart} to ${chunk.rowEnd}) may hold up to ${bytes} bytes of text; at most ${most} are allowed, so ask for fewer rows a chunk`,
  );
}

function refuseManyChunks(index: number): void {
  if (index < MAX_CHUNKS) return;
  throw new BoundExceededError(
    `the output would have more than ${MAX_CHUNKS} chunks; ask for more rows or bytes a chunk`,
  );
}

/** Rows from `row` on: the entry at which the first begins, and those before which each ends. */
interface RowRun {
  readonly row: number;
  readonly start: number;
  readonly ends: Float64Array;
}

/** Takes rows one after the other, and closes a chunk where the next row no longer fits. */
class Cutter {
  readonly #matrix: MatrixInfo;
  readonly #perRow: number;
  readonly #perEntry: number;
  readonly #limits: ChunkLimits;
  readonly #mostBytes: number | undefined;
  readonly #parts: SingleParts | undefined;
  #index: number;
  #rowStart = 0;
  #bytes = 0;
  #entries = 0;

  constructor(options: MatrixPlanOptions) {
    const { matrix, chunksBefore } = options;
    const growth = growthOf(options);
    const limits = limitsOf(options);
    this.#matrix = matrix;
    this.#perRow = growth.perRow;
    this.#perEntry = growth.perEntry;
    this.#parts = singleParts(options, growth);
    const bytes = this.#parts?.targetFor(limits.bytes) ?? limits.bytes;
    this.#limits = { ...limits, bytes: limits.rows === UNLIMITED.rows ? bytes : limits.bytes };
    this.#mostBytes = options.output.mostBytes;
    this.#index = chunksBefore;
  }

  /** Takes a row. @returns the chunk before it, if the row begins a new one */
  #take(row: number, entries: number): RowChunk | undefined {
    refuseLongRow(row, entries, this.#matrix);
    const rowBytes = this.#perRow + entries * this.#perEntry;
    const rows = row - this.#rowStart;
    const { rows: mostRows, bytes, entries: mostEntries } = this.#limits;
    const isLong = this.#bytes + rowBytes > bytes || this.#entries + entries > mostEntries;
    const isFull = rows >= mostRows || (isLong && this.#mayEnd(rows));
    const before = rows > 0 && isFull ? this.close(row) : undefined;
    this.#bytes += rowBytes;
    this.#entries += entries;
    return before;
  }

  /**
   * Takes rows one after the other.
   *
   * @returns the chunks that end before one of them.
   */
  takeRows({ row, start, ends }: RowRun, watcher?: RowWatcher): readonly RowChunk[] {
    const chunks: RowChunk[] = [];
    let before = start;
    for (let i = 0; i < ends.length; i++) {
      const entries = ends[i]! - before;
      const full = this.#take(row + i, entries);
      watcher?.row(entries, row + i === 0 || full !== undefined);
      if (full !== undefined) chunks.push(full);
      before = ends[i]!;
    }
    return chunks;
  }

  /** Ends the chunk under way before the row `rowEnd`. */
  close(rowEnd: number, isLast = false): RowChunk {
    const chunk = { index: this.#index, rowStart: this.#rowStart, rowEnd };
    refuseManyChunks(chunk.index);
    refuseLongChunk(chunk, this.#bytes, this.#mostBytes);
    const held = { rows: rowEnd - chunk.rowStart, entries: this.#entries };
    this.#parts?.assertFits(chunk, held, isLast);
    this.#index += 1;
    this.#rowStart = rowEnd;
    this.#bytes = 0;
    this.#entries = 0;
    return chunk;
  }

  /** A part of one object that is too short yet takes more rows. */
  #mayEnd(rows: number): boolean {
    return this.#parts?.isLongEnough({ rows, entries: this.#entries }) !== false;
  }
}

/**
 * Cuts the rows of a matrix into chunks, in row order and without a gap.
 *
 * With `targetBytes`, or the automatic target of the output, a chunk takes rows as long as its
 * content cannot pass the target, whatever the values are; a row that alone may pass the target is
 * a chunk of its own. With `rows` every chunk but the last has exactly that many. There is at least
 * one chunk, so that a manifest is never empty. Chunks that become one object are larger where they
 * must be, see {@link SingleParts}.
 *
 * @param bands the whole `indptr`, in bands of any length. They are read once, and none is kept.
 * @throws {RequestError} the output cannot hold such a matrix.
 * @throws {BoundExceededError} a row, a chunk or the number of chunks passes its bound.
 */
export async function* planMatrix(
  bands: AsyncIterable<Float64Array>,
  options: MatrixPlanOptions,
): AsyncGenerator<RowChunk> {
  assertWritable(options.output, options.matrix);
  const { watcher } = options;
  const cutter = new Cutter(options);
  let rows = 0;
  let before: number | undefined;
  for await (const band of bands) {
    for (let at = 0; at < band.length; at += ROWS_AT_ONCE) {
      const piece = band.subarray(at, at + ROWS_AT_ONCE);
      const [start, ends] = before === undefined ? [piece[0]!, piece.subarray(1)] : [before, piece];
      yield* cutter.takeRows({ row: rows, start, ends }, watcher);
      rows += ends.length;
      before = piece.at(-1)!;
    }
  }
  // The last row taken is always in the chunk under way; without rows there is an empty one.
  const last = cutter.close(rows, true);
  watcher?.end();
  yield last;
}
