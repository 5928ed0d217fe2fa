import { type Engine, EngineError, type TableFile } from '@sparse-fanout/engine';
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
  readonly signal: AbortSignal;
}

/**
 * Writes some rows of a slice that was fetched, cast without loss, into one file.
 *
 * @throws {CorruptSourceError} a value does not fit its column: the first one of the slice.
 */
export async function writeRows(
  slice: TableSlice,
  source: ReadableSlice,
  { start, end, engine, file, signal }: WantedRows,
): Promise<void> {
  const { sources } = slice;
  const all = selectSql({ sources, relation: source.relation });
  const text = `SELECT * FROM (${all}) LIMIT ${end - start} OFFSET ${start}`;
  await engine.writeSelect({ text }, file, { signal }).catch(async (error: unknown) => {
    const isValue = error instanceof EngineError && error.kind === 'conversion';
    throw (isValue && (await findBadValue({ slice, source, engine, signal }))) || error;
  });
}
