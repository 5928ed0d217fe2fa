import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { ChunkTarget, MatrixOutput } from '#core/outputs/output.ts';
import { type Chunking, MAX_CHUNK_BYTES } from '#core/request/request-schema.ts';
import { MAX_CHUNKS } from '#core/run/chunk-name.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { type MatrixInfo, storedEntries, withRows } from '#core/sparse/matrix-facts.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';
import { assertWritable } from './assert-writable.ts';
import { firstWhere } from './first-where.ts';
import { SingleParts } from './single-parts.ts';

/** Rows that follow each other. */
export interface RowRun {
  /** The entry at which the first of them begins. */
  readonly start: number;
  /** For each of them the entry before which it ends. */
  readonly ends: Float64Array;
  /** Entries of the longest of them, and of those that were read with them. */
  readonly longest: number;
}

/** Is shown the rows of a matrix while they are cut. */
export interface RowWatcher {
  /**
   * @param run at least one row, all of one chunk.
   * @param begins whether it is the first one of its chunk.
   */
  rows(run: RowRun, begins: boolean): void;
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

/** Entries of the longest of some rows. */
function longestOf(start: number, ends: Float64Array): number {
  let [longest, before] = [0, start];
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i]!;
    if (end - before > longest) longest = end - before;
    before = end;
  }
  return longest;
}

/** @param row that of the first one. */
function refuseLongRows({ start, ends, longest }: RowRun, row: number, { dtype }: MatrixInfo) {
  const itemBytes = INDEX_BYTES + ITEM_BYTES[dtype];
  if (longest <= MAX_ROW_BYTES / itemBytes) return;
  const at = ends.findIndex((end, i) => end - (ends[i - 1] ?? start) === longest);
  throw new BoundExceededError(
    `row ${row + at} holds ${longest} stored entries (${longest * itemBytes} bytes), which a writer reads at once; at most ${MAX_ROW_BYTES} bytes a row are allowed`,
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

/**
 * Takes rows one after the other, and closes a chunk where the next row no longer fits. As rows
 * only add to a chunk, that row is searched for: millions of rows are not looked at one by one.
 */
class Cutter {
  readonly #options: MatrixPlanOptions;
  readonly #perRow: number;
  readonly #perEntry: number;
  readonly #limits: ChunkLimits;
  readonly #parts: SingleParts | undefined;
  #index: number;
  #row = 0;
  #rowStart = 0;
  #entryStart = 0;

  constructor(options: MatrixPlanOptions) {
    const { chunksBefore } = options;
    const growth = growthOf(options);
    const limits = limitsOf(options);
    this.#options = options;
    this.#perRow = growth.perRow;
    this.#perEntry = growth.perEntry;
    this.#parts = singleParts(options, growth);
    const bytes = this.#parts?.targetFor(limits.bytes) ?? limits.bytes;
    this.#limits = { ...limits, bytes: limits.rows === UNLIMITED.rows ? bytes : limits.bytes };
    this.#index = chunksBefore;
  }

  /** Takes rows. Yields the chunks that end before one of them. */
  *take(run: RowRun): Generator<RowChunk> {
    const { matrix, watcher } = this.#options;
    refuseLongRows(run, this.#row, matrix);
    const { ends, longest } = run;
    let start = run.start;
    for (let at = 0; at < ends.length; ) {
      const rest = { start, ends: ends.subarray(at), longest };
      const fitting = this.#fitting(rest);
      const isBegin = this.#row === this.#rowStart;
      if (fitting > 0) watcher?.rows({ ...rest, ends: rest.ends.subarray(0, fitting) }, isBegin);
      at += fitting;
      this.#row += fitting;
      start = ends[at - 1] ?? start;
      if (at < ends.length) yield this.close(start);
    }
  }

  /**
   * Ends the chunk under way behind the last row taken.
   *
   * @param entryEnd the entry before which it ends.
   */
  close(entryEnd: number, isLast = false): RowChunk {
    const chunk = { index: this.#index, rowStart: this.#rowStart, rowEnd: this.#row };
    const held = { rows: this.#row - this.#rowStart, entries: entryEnd - this.#entryStart };
    refuseManyChunks(chunk.index);
    const bytes = held.rows * this.#perRow + held.entries * this.#perEntry;
    refuseLongChunk(chunk, bytes, this.#options.output.mostBytes);
    this.#parts?.assertFits(chunk, held, isLast);
    this.#index += 1;
    this.#rowStart = this.#row;
    this.#entryStart = entryEnd;
    return chunk;
  }

  /** How many of these rows belong to the chunk under way. */
  #fitting({ start, ends }: RowRun): number {
    const rows = this.#row - this.#rowStart;
    const isFirst = rows === 0 ? 1 : 0;
    const mostRows = Math.min(ends.length, this.#limits.rows - rows);
    let fitting = firstWhere(mostRows, (i) => i >= isFirst && this.#isLong(rows + i + 1, ends[i]!));
    // A part of one object that is too short yet takes more rows.
    while (fitting < mostRows && !this.#mayEnd(rows + fitting, ends[fitting - 1] ?? start)) {
      fitting += 1;
    }
    return fitting;
  }

  /** Whether so many rows, up to an entry, are more than a chunk has. */
  #isLong(rows: number, entryEnd: number): boolean {
    const entries = entryEnd - this.#entryStart;
    const bytes = rows * this.#perRow + entries * this.#perEntry;
    return bytes > this.#limits.bytes || entries > this.#limits.entries;
  }

  #mayEnd(rows: number, entryEnd: number): boolean {
    const entries = entryEnd - this.#entryStart;
    return this.#parts?.isLongEnough({ rows, entries }) !== false;
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
 * @param bands the whole `indptr`, in bands of at least one element, each with its own buffer. They
 * are read once; the memory of each is given back, as V8 would look through its heap for it.
 * @throws {RequestError} the output cannot hold such a matrix.
 * @throws {BoundExceededError} a row, a chunk or the number of chunks passes its bound.
 */
export async function* planMatrix(
  bands: AsyncIterable<Float64Array<ArrayBuffer>>,
  options: MatrixPlanOptions,
): AsyncGenerator<RowChunk> {
  assertWritable(options.output, options.matrix);
  const cutter = new Cutter(options);
  let start: number | undefined;
  for await (const band of bands) {
    const begin = start ?? band[0]!;
    const ends = start === undefined ? band.subarray(1) : band;
    yield* cutter.take({ start: begin, ends, longest: longestOf(begin, ends) });
    start = band.at(-1)!;
    band.buffer.transfer(0);
  }
  // The last row taken is always in the chunk under way; without rows there is an empty one.
  const last = cutter.close(start ?? 0, true);
  options.watcher?.end();
  yield last;
}
