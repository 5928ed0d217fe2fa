import { columnsRelation } from '#core/tables/schema/columns-relation.ts';
import { csvRelation } from '#core/tables/schema/csv-relation.ts';
import { jsonRelation, openJsonRelation } from '#core/tables/schema/json-relation.ts';
import { parquetRelation } from '#core/tables/schema/parquet-relation.ts';
import type { Relation } from '#core/tables/schema/relation.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { columnKind, TEXT_KIND } from './column-kinds.ts';
import { writeParquetFiles } from './parquet-files.ts';
import { fieldTypes } from './plain-forms.ts';
import { type RecordForm, recordForm } from './record-form.ts';
import type { TableSlice, TextTable } from './table-slice.ts';
import { type TextFiles, writeTextFiles } from './text-file.ts';

/** A slice as the engine reads it. */
export interface ReadableSlice {
  readonly relation: Relation;
  /** The same, where every value of a record is a text, and wrong shapes of JSON are values too. */
  readonly lenient: Relation;
  /** Records of each part. */
  readonly records: readonly number[];
}

function recordRelations(
  slice: TextTable,
  form: RecordForm,
  { paths, records, longest, plain }: TextFiles,
): ReadableSlice {
  const file = { ...form, paths, recordBytes: longest };
  const texts = Array.from({ length: form.fields }, () => TEXT);
  const types = fieldTypes(slice, form.fields).map((type, at) => (plain[at] ? type! : TEXT));
  return {
    relation: csvRelation({ ...file, types }),
    lenient: csvRelation({ ...file, types: texts }),
    records,
  };
}

/** Values that are not plain are read as texts, as all are by {@link ReadableSlice.lenient}. */
function columnRelations(
  slice: TextTable,
  { fields }: RecordForm,
  { paths, records, plain }: TextFiles,
): ReadableSlice {
  const types = fieldTypes(slice, fields).map((type) => type ?? TEXT);
  const isText = types.map((type) => columnKind(type) === TEXT_KIND);
  const relation = (holds: (at: number) => 'values' | 'both') =>
    columnsRelation(
      paths,
      types.map((type, at) => ({ type, has: isText[at] ? 'texts' : holds(at) })),
    );
  return {
    relation: relation((at) => (plain[at] ? 'values' : 'both')),
    lenient: relation(() => 'both'),
    records,
  };
}

/**
 * Fetches a slice into files of a directory, and proves its bytes.
 *
 * @throws {CorruptSourceError} the source is not sound.
 */
export async function readSlice(slice: TableSlice, directory: string): Promise<ReadableSlice> {
  if (slice.format === 'parquet') {
    const { paths, records, skipped } = await writeParquetFiles(slice, directory);
    const start = skipped;
    const rows = { start, end: start + records.reduce((sum, count) => sum + count, 0) };
    const isPart = slice.parts.some((part) => part.rows !== undefined);
    const relation = parquetRelation({ paths, columns: slice.columns, ...(isPart && { rows }) });
    return { relation, lenient: relation, records };
  }
  const files = await writeTextFiles(slice, directory);
  const form = recordForm(slice);
  if (form !== undefined) {
    const relations = files.areColumns ? columnRelations : recordRelations;
    return relations(slice, form, files);
  }
  const { paths, records, longest } = files;
  // Only lines of JSON are no records.
  const keys = slice.format === 'jsonl' ? slice.keys : [];
  const file = { path: paths[0]!, keys, recordBytes: longest };
  return { relation: jsonRelation(file), lenient: openJsonRelation(file), records };
}
