import { withReadAhead } from '#core/bytes/read-ahead.ts';
import type { RowRange } from '#core/contract.ts';
import { createCellWriter } from '#core/elements/cell-writer.ts';
import { decodeValues } from '#core/elements/decode.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { VALUE_LENGTHS } from '#core/elements/value-lengths.ts';
import type { StoredArray, StoredLabels } from './matrix.ts';
import { readStoredNames } from './read-row-names.ts';
import type { RowNames } from './row-names.ts';

/** Labels of an array are read in batches of at most 128 KiB. */
const BATCH_ROWS = 16 * 1024;

/** Reads elements `[start, end)` of an array as texts. A truth value is 0 or 1. */
async function readTexts(
  { source, offset, dtype, bigEndian }: StoredArray,
  { rowStart, rowEnd }: RowRange,
  na: Uint8Array,
): Promise<Omit<RowNames, keyof RowRange>> {
  const itemBytes = ITEM_BYTES[dtype];
  const count = rowEnd - rowStart;
  const at = { offset: offset + rowStart * itemBytes, length: count * itemBytes };
  const values = decodeValues(await source.read(at), { dtype, bigEndian });
  const write = createCellWriter(values, dtype === 'bool' ? 'uint8' : dtype, na);
  const bytes = new Uint8Array(count * Math.max(VALUE_LENGTHS[dtype].longest, na.length));
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let row = 0, end = 0; row < count; row += 1) {
    starts[row] = end;
    end = write(row, bytes, end);
    ends[row] = end;
  }
  return { bytes, starts, ends };
}

/** Reads the labels of a range of the rows that one array has. */
async function* readArray(
  { array, rowStart: before }: Extract<StoredLabels, { kind: 'array' }>,
  rows: RowRange,
  na: Uint8Array,
): AsyncGenerator<RowNames> {
  for (let rowStart = rows.rowStart; rowStart < rows.rowEnd; rowStart += BATCH_ROWS) {
    const rowEnd = Math.min(rowStart + BATCH_ROWS, rows.rowEnd);
    const texts = await readTexts(array, { rowStart, rowEnd }, na);
    yield { rowStart: before + rowStart, rowEnd: before + rowEnd, ...texts };
  }
}

async function* readAll(
  stored: readonly StoredLabels[],
  { rowStart, rowEnd }: RowRange,
  na: Uint8Array,
): AsyncGenerator<RowNames> {
  for (const each of stored) {
    const start = Math.max(rowStart - each.rowStart, 0);
    const end = Math.min(rowEnd - each.rowStart, each.rows);
    if (start >= end) continue;
    const rows = { rowStart: start, rowEnd: end };
    yield* each.kind === 'array' ? readArray(each, rows, na) : readStoredNames(each, rows);
  }
}

/**
 * Reads the labels of a range of rows as texts, in batches that follow each other: of at most
 * 16,384 numbers, or of texts as row names are read. The next batch is read while the consumer uses
 * the current one.
 *
 * @param naText of a NaN.
 * @throws {SourceChangedError} the object is no longer the version that was pinned.
 */
export function readLabels(
  stored: readonly StoredLabels[],
  rows: RowRange,
  naText: string,
): AsyncGenerator<RowNames> {
  return withReadAhead(readAll(stored, rows, new TextEncoder().encode(naText)));
}
