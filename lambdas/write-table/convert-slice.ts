import { join } from 'node:path';
import { type Engine, EngineError, type TableFile, type WrittenFile } from '@sparse-fanout/engine';
import { CorruptSourceError } from '#core/errors.ts';
import { badValueProblem } from '#core/tables/schema/bad-value.ts';
import { csvRelation } from '#core/tables/schema/csv-relation.ts';
import { jsonRelation, openJsonRelation } from '#core/tables/schema/json-relation.ts';
import { parquetRelation } from '#core/tables/schema/parquet-relation.ts';
import type { Relation } from '#core/tables/schema/relation.ts';
import { selectFirstBadSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { writeParquetFiles } from './parquet-files.ts';
import type { ParquetSlice, TableSlice } from './table-slice.ts';
import { offsetOf, writeTextFile } from './text-file.ts';

/** What a slice is converted with. */
export interface ConvertOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; the files of the slice are left there. */
  readonly directory: string;
  /** The file to write, in the directory. */
  readonly file: TableFile;
  readonly signal?: AbortSignal;
}

/** A slice as the engine reads it. */
interface Readable {
  readonly relation: Relation;
  /** The same, where wrong shapes of JSON are values too. */
  readonly lenient: Relation;
  /** Records of each part. */
  readonly records: readonly number[];
}

async function readable(slice: TableSlice, directory: string): Promise<Readable> {
  if (slice.format === 'parquet') {
    const { paths, records } = await writeParquetFiles(slice, directory);
    const relation = parquetRelation({ paths, columns: slice.columns });
    return { relation, lenient: relation, records };
  }
  const path = join(directory, `slice.${slice.format}`);
  const { records, longest } = await writeTextFile(slice, path);
  if (slice.format === 'csv') {
    const { delimiter, quote, nullText } = slice.csv;
    const types = Array.from({ length: slice.fields }, () => TEXT);
    const file = { path, types, delimiter, quote, nullText, recordBytes: longest };
    const relation = csvRelation(file);
    return { relation, lenient: relation, records };
  }
  const file = { path, keys: slice.keys, recordBytes: longest };
  return { relation: jsonRelation(file), lenient: openJsonRelation(file), records };
}

/** Where a row of a slice lies: its object, and the byte or the row there. */
async function placeOf(
  slice: TableSlice,
  records: readonly number[],
  ordinal: number,
): Promise<string> {
  let before = 0;
  let part = 0;
  while (ordinal >= before + records[part]!) before += records[part++]!;
  const within = ordinal - before;
  if (slice.format === 'parquet') return rowOf(slice, part, within);
  const text = slice.parts[part]!;
  return `${text.source.uri}, byte ${await offsetOf(slice, text, within)}`;
}

function rowOf({ parts }: ParquetSlice, part: number, within: number): string {
  const { source, footer, groups } = parts[part]!;
  const skipped = footer.rowGroups.slice(0, groups.start);
  const row = skipped.reduce((sum, { rows }) => sum + rows, within);
  return `${source.uri}, row ${row}`;
}

/** The error of the first value that its column cannot hold; undefined when there is none. */
async function badValue(
  slice: TableSlice,
  { lenient, records }: Readable,
  { engine, signal }: ConvertOptions,
): Promise<CorruptSourceError | undefined> {
  const { sources } = slice;
  const text = selectFirstBadSql({ sources, relation: lenient });
  const [row] = await engine.runSelect({ text }, signal && { signal });
  if (row === undefined) return undefined;
  const { column } = sources[Number(row['place'])]!;
  const place = await placeOf(slice, records, Number(row['ordinal']));
  return new CorruptSourceError(badValueProblem({ column, place, text: String(row['text']) }));
}

/**
 * Converts what one writer reads of a table into one file: fetches it, proves its bytes, and casts
 * its values without loss. The same slice and file give the same bytes.
 *
 * Memory: 40 MiB, and the engine's own. In the directory lie the slice and the file.
 *
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column; names
 * object, byte or row, column and value.
 */
export async function convertSlice(
  slice: TableSlice,
  options: ConvertOptions,
): Promise<WrittenFile> {
  const { engine, directory, file, signal } = options;
  const source = await readable(slice, directory);
  const text = selectSql({ sources: slice.sources, relation: source.relation });
  const written = await engine
    .writeSelect({ text }, file, signal && { signal })
    .catch(async (error: unknown) => {
      const isValue = error instanceof EngineError && error.kind === 'conversion';
      throw (isValue && (await badValue(slice, source, options))) || error;
    });
  const records = source.records.reduce((sum, count) => sum + count, 0);
  if (written.rows === records) return written;
  throw new Error(`the engine read ${written.rows} rows of a slice of ${records} records`);
}
