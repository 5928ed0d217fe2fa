import type { TableRequest } from '#cli/options/table-request.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { ColumnTexts } from '#core/tables/infer/column-texts.ts';
import { inferTable } from '#core/tables/infer/infer-table.ts';
import type { InferredTable } from '#core/tables/infer/inferred-table.ts';
import type { GivenTable } from './with-table.ts';

/** Rows of Parquet that are shown as examples, and whose NULLs are counted. */
const PARQUET_ROWS = 1000;

/** Adds examples to the columns of Parquet, whose footers have none. */
async function withExamples(table: GivenTable, inferred: InferredTable): Promise<InferredTable> {
  const first = table.pins.find(({ size }) => size > 0);
  if (first === undefined) return inferred;
  const source = table.store.open(first);
  const footer = await readFooter(source);
  const group = footer.rowGroups.findIndex(({ rows }) => rows > 0);
  // Loaded only here: the engine takes a while to load, and texts do not need it.
  const { parquetRows } = await import('./parquet-rows.ts');
  const rows = await parquetRows(source, footer, { group, limit: PARQUET_ROWS, isEnd: false });
  if (rows === undefined) return inferred;
  const places = new Map(footer.columns.map(({ name }, place) => [name, place]));
  const columns = inferred.columns.map((column) => {
    const place = places.get(column.from ?? column.name);
    if (place === undefined) return column;
    const texts = new ColumnTexts();
    for (const row of rows) if (typeof row[place] === 'string') texts.add(row[place]);
    return { ...column, examples: texts.examples, nulls: rows.length - texts.count };
  });
  return { ...inferred, columns, sample: { ...inferred.sample, rows: rows.length } };
}

/**
 * Finds the columns of a table and their types, with examples.
 *
 * @throws as {@link inferTable}.
 */
export async function lookAtTable(
  table: GivenTable,
  { format, compression, csv, asked, byName }: TableRequest,
  widen: boolean,
): Promise<InferredTable> {
  const options = { said: { format, compression }, csv, asked, byName, widen };
  const inferred = await inferTable(table, options);
  return inferred.format === 'parquet' ? await withExamples(table, inferred) : inferred;
}
