import {
  type Engine,
  EngineError,
  type KeptRows,
  type TableFile,
  type WrittenFile,
} from '@sparse-fanout/engine';
import { selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { findBadValue, findRejected, type RejectedValue } from './bad-rows.ts';
import { engineProblem } from './engine-problem.ts';
import { readSlice } from './readable-slice.ts';
import type { TableSlice } from './table-slice.ts';

/** What a slice is read with. */
interface ReadOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; the files of the slice are left there. */
  readonly directory: string;
  /** What becomes of a row with a value that its column cannot hold. */
  readonly onBadRow: 'fail' | 'reject';
  readonly signal?: AbortSignal;
}

/** Writes the rows of a SELECT, or keeps them. */
export type RowsWriter<Written extends KeptRows> = (rows: string) => Promise<Written>;

/** What the rows of a slice are converted with. */
export interface RowsOptions<Written extends KeptRows> extends ReadOptions {
  readonly write: RowsWriter<Written>;
}

/** What a slice is converted with. */
export interface ConvertOptions extends ReadOptions {
  /** The file to write, in the directory. */
  readonly file: TableFile;
}

/** What was left out of a slice. */
export interface LeftOut {
  /** The first bad value of each row that was left out, in the order of the rows. */
  readonly rejected: readonly RejectedValue[];
}

/** The file of a slice. */
export type ConvertedSlice = WrittenFile & LeftOut;

/**
 * Converts what one writer reads of a table: fetches it, proves its bytes, and casts its values
 * without loss. The same slice gives the same rows.
 *
 * Memory: 72 MiB, and the engine's own. In the directory lies the slice.
 *
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column; names
 * object, byte or row, column and value.
 * @throws {BoundExceededError} too many rows would be rejected, or the engine needs more memory or
 * disk than it has.
 */
export async function convertRows<Written extends KeptRows>(
  slice: TableSlice,
  options: RowsOptions<Written>,
): Promise<Written & LeftOut> {
  try {
    return await convert(slice, options);
  } catch (error) {
    throw engineProblem(slice, error);
  }
}

/**
 * {@link convertRows} into one file. The same slice and file give the same bytes.
 *
 * @throws as {@link convertRows}.
 */
export async function convertSlice(
  slice: TableSlice,
  { file, ...options }: ConvertOptions,
): Promise<ConvertedSlice> {
  const { engine, signal } = options;
  const write = (text: string) => engine.writeSelect({ text }, file, signal && { signal });
  return await convertRows(slice, { ...options, write });
}

async function convert<Written extends KeptRows>(
  slice: TableSlice,
  { engine, directory, write, onBadRow, signal }: RowsOptions<Written>,
): Promise<Written & LeftOut> {
  const { sources } = slice;
  const source = await readSlice(slice, directory);
  const searched = { slice, source, engine, signal };
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
