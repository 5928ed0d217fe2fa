import { type Engine, EngineError, type TableFile, type WrittenFile } from '@sparse-fanout/engine';
import { selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { findBadValue, findRejected, type RejectedValue } from './bad-rows.ts';
import { engineProblem } from './engine-problem.ts';
import { readSlice } from './readable-slice.ts';
import type { TableSlice } from './table-slice.ts';

/** What a slice is converted with. */
export interface ConvertOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; the files of the slice are left there. */
  readonly directory: string;
  /** The file to write, in the directory. */
  readonly file: TableFile;
  /** What becomes of a row with a value that its column cannot hold. */
  readonly onBadRow: 'fail' | 'reject';
  /** What of a SELECT of all rows is written. @default all of it */
  readonly writtenSql?: (rows: string) => string;
  readonly signal?: AbortSignal;
}

/** The file of a slice. */
export interface ConvertedSlice extends WrittenFile {
  /** The first bad value of each row that was left out, in the order of the rows. */
  readonly rejected: readonly RejectedValue[];
}

/**
 * Converts what one writer reads of a table into one file: fetches it, proves its bytes, and casts
 * its values without loss. The same slice and file give the same bytes.
 *
 * Memory: 72 MiB, and the engine's own. In the directory lie the slice and the file.
 *
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column; names
 * object, byte or row, column and value.
 * @throws {BoundExceededError} too many rows would be rejected, or the engine needs more memory or
 * disk than it has.
 */
export async function convertSlice(
  slice: TableSlice,
  options: ConvertOptions,
): Promise<ConvertedSlice> {
  try {
    return await convert(slice, options);
  } catch (error) {
    throw engineProblem(slice, error);
  }
}

async function convert(slice: TableSlice, options: ConvertOptions): Promise<ConvertedSlice> {
  const { engine, directory, file, onBadRow, writtenSql = (rows) => rows, signal } = options;
  const { sources } = slice;
  const source = await readSlice(slice, directory);
  const searched = { slice, source, engine, signal };
  const write = (rows: string) =>
    engine.writeSelect({ text: writtenSql(rows) }, file, signal && { signal });
  let rejected: readonly RejectedValue[] = [];
  const written = await write(selectSql({ sources, relation: source.relation })).catch(
    async (error: unknown) => {
      if (!(error instanceof EngineError && error.kind === 'conversion')) throw error;
      if (onBadRow === 'fail') throw (await findBadValue(searched)) ?? error;
      // Only now: most slices have no bad row, and looking for them takes as long as the writing.
      rejected = await findRejected(searched);
      if (rejected.length === 0) throw error;
      return await write(selectGoodSql({ sources, relation: source.lenient }));
    },
  );
  const records = source.records.reduce((sum, count) => sum + count, 0);
  if (written.rows + rejected.length === records) return { ...written, rejected };
  throw new Error(
    `the engine read ${written.rows} rows and rejected ${rejected.length} of ${records} records`,
  );
}
