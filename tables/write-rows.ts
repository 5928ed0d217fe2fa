import { type Engine, EngineError, overInput, type TableFile } from '@sparse-fanout/engine';
import { TransformError } from '#core/errors.ts';
import { selectSql } from '#core/tables/schema/select-sql.ts';
import { findBadValue } from './bad-rows.ts';
import type { ReadableSlice } from './readable-slice.ts';
import type { TableSlice } from './table-slice.ts';

/** Rows `[start, end)` of a slice, and where they are written. */
export interface WantedRows {
  readonly start: number;
  readonly end: number;
  readonly engine: Engine;
  readonly file: TableFile;
  /** SQL that was checked, over these rows as `input`. */
  readonly sql?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes some rows of a slice that was fetched, cast without loss, or what a transform makes of
 * them, into one file.
 *
 * @throws {CorruptSourceError} a value does not fit its column: the first one of the slice.
 * @throws {TransformError} the transform fails for one of them.
 */
export async function writeRows(
  slice: TableSlice,
  source: ReadableSlice,
  { start, end, engine, file, sql, signal }: WantedRows,
): Promise<void> {
  const { sources } = slice;
  const all = selectSql({ sources, relation: source.relation });
  const wanted = `SELECT * FROM (${all}) LIMIT ${end - start} OFFSET ${start}`;
  const text = sql === undefined ? wanted : overInput(wanted, sql);
  await engine.writeSelect({ text }, file, { signal }).catch(async (error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
    const isValue = error.kind === 'conversion';
    const bad = isValue ? await findBadValue({ slice, source, engine, signal }) : undefined;
    if (bad !== undefined) throw bad;
    if (sql === undefined) throw error;
    const said = `transform.sql fails for a row of ${slice.parts[0]!.source.uri}`;
    throw new TransformError(`${said}: ${error.message}`, { cause: error });
  });
}
