import { join } from 'node:path';
import { csvRelation } from '#core/tables/schema/csv-relation.ts';
import { jsonRelation, openJsonRelation } from '#core/tables/schema/json-relation.ts';
import { parquetRelation } from '#core/tables/schema/parquet-relation.ts';
import type { Relation } from '#core/tables/schema/relation.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { writeParquetFiles } from './parquet-files.ts';
import type { TableSlice } from './table-slice.ts';
import { writeTextFile } from './text-file.ts';

/** A slice as the engine reads it. */
export interface ReadableSlice {
  readonly relation: Relation;
  /** The same, where wrong shapes of JSON are values too. */
  readonly lenient: Relation;
  /** Records of each part. */
  readonly records: readonly number[];
}

/**
 * Fetches a slice into files of a directory, and proves its bytes.
 *
 * @throws {CorruptSourceError} the source is not sound.
 */
export async function readSlice(slice: TableSlice, directory: string): Promise<ReadableSlice> {
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
