import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { RowRange } from '#core/contract.ts';

/**
 * Names of a block have one place in the table of a staged object. Fewer make it longer, more make
 * a reader pass over more names before its first row.
 */
export const NAMES_PER_BLOCK = 64;

/** Most bytes of a row name in UTF-8, so that a block has at most 4 MiB. */
export const MAX_ROW_NAME_BYTES = 64 * 1024;

/** Bytes of the length before each name. */
export const NAME_LENGTH_BYTES = 4;

/** Bytes of one offset in the table. */
export const OFFSET_BYTES = 8;

/**
 * Names of rows, ready to be read by range: `recordBytes` bytes of records, each a length and a
 * UTF-8 text; then the offset of every 64th record, and that of their end.
 */
export interface StoredRowNames {
  readonly source: ByteSource;
  /** Row of the whole matrix that the first name is of. */
  readonly rowStart: number;
  /** How many names there are. */
  readonly rows: number;
  readonly recordBytes: number;
}

/** Names of the rows `[rowStart, rowEnd)`: texts `[starts[i], ends[i])` of `bytes`, in UTF-8. */
export interface RowNames extends RowRange {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The names as texts. */
export function textsOf({ bytes, starts, ends }: RowNames): string[] {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from(starts, (start, at) => utf8.decode(bytes.subarray(start, ends[at])));
}

/** The names of some of the rows. */
export function cutRowNames(names: RowNames, { rowStart, rowEnd }: RowRange): RowNames {
  const from = rowStart - names.rowStart;
  const to = rowEnd - names.rowStart;
  const { bytes, starts, ends } = names;
  return {
    rowStart,
    rowEnd,
    bytes,
    starts: starts.subarray(from, to),
    ends: ends.subarray(from, to),
  };
}
