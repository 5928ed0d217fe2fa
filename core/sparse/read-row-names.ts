import { withReadAhead } from '#core/bytes/read-ahead.ts';
import type { RowRange } from '#core/contract.ts';
import { CorruptSourceError } from '#core/errors.ts';
import {
  NAME_LENGTH_BYTES,
  NAMES_PER_BLOCK,
  OFFSET_BYTES,
  type RowNames,
  type StoredRowNames,
} from './row-names.ts';

/** Records are read in batches of this size, or of one block. */
const BATCH_BYTES = 1024 * 1024;

/** Offsets are read in bands of 32 KiB, for a quarter of a million rows each. */
const BLOCKS_PER_BAND = 4096;

/** Blocks `[blockStart, …)`, and the offsets at which they begin and the last one ends. */
interface Blocks {
  readonly blockStart: number;
  readonly offsets: Float64Array;
}

function damaged({ source }: StoredRowNames): CorruptSourceError {
  return new CorruptSourceError(`${source.uri} is damaged; remove it and start the run again`);
}

async function* readOffsets(
  stored: StoredRowNames,
  { rowStart, rowEnd }: RowRange,
): AsyncGenerator<Blocks> {
  const { source, recordBytes } = stored;
  const end = Math.ceil(rowEnd / NAMES_PER_BLOCK);
  for (let from = Math.floor(rowStart / NAMES_PER_BLOCK); from < end; from += BLOCKS_PER_BAND) {
    const blocks = Math.min(BLOCKS_PER_BAND, end - from);
    const offset = recordBytes + from * OFFSET_BYTES;
    const table = await source.read({ offset, length: (blocks + 1) * OFFSET_BYTES });
    yield { blockStart: from, offsets: new Float64Array(table.buffer) };
  }
}

/** Cuts blocks into runs of at most a batch, but at least one block. */
function* cutBlocks({ blockStart, offsets }: Blocks): Generator<Blocks> {
  const blocks = offsets.length - 1;
  for (let from = 0, to = 1; from < blocks; from = to, to++) {
    while (to < blocks && offsets[to + 1]! - offsets[from]! <= BATCH_BYTES) to++;
    yield { blockStart: blockStart + from, offsets: offsets.subarray(from, to + 1) };
  }
}

/** Finds where the texts of the names of `rows` lie in the records of a run of blocks. */
function parseRecords(bytes: Uint8Array, first: number, rows: RowRange, stored: StoredRowNames) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = rows.rowEnd - rows.rowStart;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let at = 0;
  for (let row = first; row < rows.rowEnd; row++) {
    if (at + NAME_LENGTH_BYTES > bytes.length) throw damaged(stored);
    const start = at + NAME_LENGTH_BYTES;
    at = start + view.getUint32(at, true);
    if (row < rows.rowStart) continue;
    starts[row - rows.rowStart] = start;
    ends[row - rows.rowStart] = at;
  }
  if (at > bytes.length) throw damaged(stored);
  return { bytes, starts, ends };
}

/** Reads the names of a range of the rows that one staged object is of. */
export async function* readStoredNames(
  stored: StoredRowNames,
  rows: RowRange,
): AsyncGenerator<RowNames> {
  for await (const band of readOffsets(stored, rows)) {
    for (const { blockStart, offsets } of cutBlocks(band)) {
      const offset = offsets[0]!;
      const bytes = await stored.source.read({ offset, length: offsets.at(-1)! - offset });
      const first = blockStart * NAMES_PER_BLOCK;
      const rowStart = Math.max(rows.rowStart, first);
      const rowEnd = Math.min(rows.rowEnd, first + (offsets.length - 1) * NAMES_PER_BLOCK);
      const { rowStart: before } = stored;
      const parsed = parseRecords(bytes, first, { rowStart, rowEnd }, stored);
      yield { rowStart: before + rowStart, rowEnd: before + rowEnd, ...parsed };
    }
  }
}

async function* readAll(
  stored: readonly StoredRowNames[],
  { rowStart, rowEnd }: RowRange,
): AsyncGenerator<RowNames> {
  for (const each of stored) {
    const start = Math.max(rowStart - each.rowStart, 0);
    const end = Math.min(rowEnd - each.rowStart, each.rows);
    if (start < end) yield* readStoredNames(each, { rowStart: start, rowEnd: end });
  }
}

/**
 * Reads the names of a range of rows, in batches that follow each other: of at most 1 MiB, or of 64
 * names of up to 64 KiB. The next batch is read while the consumer uses the current one.
 *
 * @throws {CorruptSourceError} what is staged is damaged.
 */
export function readRowNames(
  stored: readonly StoredRowNames[],
  rows: RowRange,
): AsyncGenerator<RowNames> {
  return withReadAhead(readAll(stored, rows));
}
