import { bytesOf } from '#core/bytes/bytes-of.ts';
import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';
import { countKeys, type KeyedEntries, sortRun } from './counting-sort.ts';
import { partName } from './stage-names.ts';
import { createCsrPart } from './staged-rows.ts';

/** The entries of a run of whole rows, in stored order. */
export interface PartEntries {
  /** Number of the part. */
  readonly part: number;
  /** Names the source in messages. */
  readonly uri: string;
  /** First row in the matrix. */
  readonly rowStart: number;
  readonly rows: number;
  readonly dtype: DType;
  /** Row of each entry, counted from `rowStart`. */
  readRows(): AsyncIterable<Int32Array>;
  /** The same rows as keys; fields are the int32 columns and the values. */
  readEntries(): AsyncIterable<KeyedEntries>;
}

/** Elements of `indptr` that are written together: 1 MiB. */
const POINTERS_AT_ONCE = 131_072;

/** @throws {BoundExceededError} naming the first row that no writer could read. */
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

/** Positions as int64. */
function* widenPointers(starts: Int32Array): Generator<Uint8Array> {
  for (let from = 0; from < starts.length; from += POINTERS_AT_ONCE) {
    const run = starts.subarray(from, from + POINTERS_AT_ONCE);
    const words = new Int32Array(2 * run.length);
    for (let i = 0; i < run.length; i++) words[2 * i] = run[i]!;
    yield bytesOf(words);
  }
}

/** Sorts run by run, keeping the last one: where there is only one, `indices` and `data` share it. */
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
        // Let go before as much is allocated again.
        kept = undefined;
        const run = { start, end: Math.min(start + runEntries, nnz) };
        kept = { start, fields: await sortRun(sorting, starts, run) };
      }
      yield kept.fields[field]!;
    }
  };
}

/**
 * Sorts the entries of some rows by row, those of a row staying in stored order, and leaves them as a
 * CSR bundle: `indptr.npy` (int64), `indices.npy` (int32) and `data.npy`.
 *
 * One pass over the rows and one over the entries; where they are more than `runEntries`, two for each
 * such run. Holds 8 bytes a row and one run: 32 + 48 MiB at the usual bounds, on any input.
 *
 * @throws {BoundExceededError} a row is larger than a writer could read.
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
