import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '@sparse-fanout/engine';
import { selectFirstBadSql, selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { type ReadableSlice, readSlice } from '#tables/readable-slice.ts';
import { tableFileOf, VALUES } from '#tables/table-file.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import type { EngineRoom } from '#tables/with-engine.ts';

/** Where rows are compared, and the columns that both sides have. */
export interface CompareRoom extends EngineRoom {
  readonly schema: TableSchema;
  readonly signal: AbortSignal;
}

/** A value that its column cannot hold, in the row behind those of a batch. */
interface UnfitValue {
  /** Place of its column in the schema. */
  readonly place: number;
  readonly text: string;
}

/** Rows of a slice as values of their columns, in a file of the engine. */
export interface TypedBatch {
  /** Folder with all files of the batch. */
  readonly folder: string;
  readonly path: string;
  readonly rows: number;
  /** Rows of the slice, those behind an unfit value among them. */
  readonly records: number;
  /** Why the rows end before those of the slice. */
  readonly unfit?: UnfitValue;
}

/** Where its first bad value lies in a slice. */
async function findUnfit(slice: TableSlice, { lenient }: ReadableSlice, room: CompareRoom) {
  const text = selectFirstBadSql({ sources: slice.sources, relation: lenient });
  const [row] = await room.engine.runSelect({ text }, { signal: room.signal });
  if (row === undefined) return undefined;
  const unfit = { place: Number(row['place']), text: String(row['text']) };
  return { ordinal: Number(row['ordinal']), unfit };
}

/**
 * Casts the rows of a slice as a writer does, up to the first value that its column cannot hold.
 *
 * @throws {CorruptSourceError} the slice is not sound.
 */
export async function typedBatch(slice: TableSlice, room: CompareRoom): Promise<TypedBatch> {
  const { engine, schema, signal } = room;
  const folder = await mkdtemp(join(room.directory, 'batch-'));
  const source = await readSlice(slice, folder);
  const path = join(folder, 'values.parquet');
  const file = tableFileOf(VALUES, { path, rowGroupRows: 122_880, columns: schema.length });
  const { sources } = slice;
  const batch = { folder, path, records: source.records.reduce((sum, count) => sum + count, 0) };
  const write = (text: string) => engine.writeSelect({ text }, file, { signal });
  try {
    const { rows } = await write(selectSql({ sources, relation: source.relation }));
    return { ...batch, rows };
  } catch (error) {
    const isValue = error instanceof EngineError && error.kind === 'conversion';
    const found = isValue ? await findUnfit(slice, source, room) : undefined;
    if (found === undefined) throw error;
    const good = selectGoodSql({ sources, relation: source.lenient });
    const { rows } = await write(`SELECT * FROM (${good}) LIMIT ${found.ordinal}`);
    return { ...batch, rows, unfit: found.unfit };
  }
}
