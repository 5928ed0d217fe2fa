import { bytesOf } from '#core/bytes/bytes-of.ts';
import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';
import { countKeys, type KeyedEntries, sortRun } from './counting-sort.ts';
import { partName } from './stage-names.ts';
import { createCsrPart } from './staged-rows.ts';

/** The entries of consecutive whole rows, in stored order. */
export interface PartEntries {
  /** Number of the part. */
  readonly part: number;
  /** Name of the source in messages. */
  readonly uri: string;
  /** The row of the matrix that is the first row of the part. */
  readonly rowStart: number;
  readonly rows: number;
  readonly dtype: DType;
  /** Reads the row of each entry, counted from `rowStart`. */
  readRows(): AsyncIterable<Int32Array>;
  /**
   * Reads the entries again: the same rows as keys, and the int32 columns and the values as fields.
   */
  readEntries(): AsyncIterable<KeyedEntries>;
}

/** Elements of `indptr` that are written together: 1 MiB. */
const POINTERS_AT_ONCE = 131_072;

/**
 * @throws {BoundExceededError} a row is larger than a writer can read; names the first such row.
 */
function checkRowBytes(starts: Int32Array, { uri, rowStart, dtype }: PartEntries): void {
  const entryBytes = 4 + ITEM_BYTES[dtype];
  for (let row = 0; row + 1 < starts.length; row++) {
    const rowBytes = (starts[row + 1]! - starts[row]!) * entryBytes;
    if (rowBytes <= MAX_ROW_BYTES) continue;
    throw new BoundExceededError(
      `row ${rowStart + row} of ${uri} takes ${rowBytes} bytes of indices and data, allowed are ${MAX_ROW_BYTES}; sum its duplicates or split the matrix by columns`,
    );
  }
}

/** Converts positions to int64. */
function* widenPointers(starts: Int32Array): Generator<Uint8Array> {
  for (let from = 0; from < starts.length; from += POINTERS_AT_ONCE) {
    const run = starts.subarray(from, from + POINTERS_AT_ONCE);
    const words = new Int32Array(2 * run.length);
    for (let i = 0; i < run.length; i++) words[2 * i] = run[i]!;
    yield bytesOf(words);
  }
}

/**
 * Sorts run by run and keeps the last run: if there is only one, it serves for `indices` and for
 * `data`.
 */
function createRuns(entries: PartEntries, starts: Int32Array, runEntries: number) {
  const nnz = starts[starts.length - 1]!;
  const sorting = {
    fieldBytes: [4, ITEM_BYTES[entries.dtype]],
    replay: () => entries.readEntries(),
  };
  let kept: { readonly start: number; readonly fields: readonly Uint8Array[] } | undefined;
  return async function* readField(field: 0 | 1): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < nnz; start += runEntries) {
      if (kept?.start !== start) {
        // Free the memory before as much is allocated again.
        kept = undefined;
        const run = { start, end: Math.min(start + runEntries, nnz) };
        kept = { start, fields: await sortRun(sorting, starts, run) };
      }
      yield kept.fields[field]!;
    }
  };
}

/**
 * Sorts the entries of some rows by row and stages them as a CSR part: `indptr.npy` (int64),
 * `indices.npy` (int32) and `data.npy`. The entries of a row stay in stored order.
 *
 * One pass over the rows and one over the entries. If there are more than `runEntries` entries, two
 * passes over them for each run of so many. Holds 8 bytes per row and one run: 32 + 48 MiB with the
 * usual bounds, for any input.
 *
 * @throws {BoundExceededError} a row is larger than a writer can read.
 */
export async function writePart(
  entries: PartEntries,
  staged: StageStore,
  runEntries: number,
): Promise<void> {
  const { part, uri, rowStart, rows, dtype } = entries;
  const where = `rows ${rowStart} to ${rowStart + rows - 1} of ${uri}`;
  const starts = await countKeys(entries.readRows(), rows, where);
  checkRowBytes(starts, entries);
  const readField = createRuns(entries, starts, runEntries);
  await createCsrPart(staged, partName(part), {
    dtype,
    rows,
    nnz: starts[rows]!,
    indptr: widenPointers(starts),
    indices: readField(0),
    data: readField(1),
  });
}
