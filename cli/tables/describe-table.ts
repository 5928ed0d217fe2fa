import { formatBytes, formatCount, formatCounted } from '#cli/frame/format-figures.ts';
import { textGrid } from '#cli/frame/text-grid.ts';
import type { InferredTable, SampleRead } from '#core/tables/infer/inferred-table.ts';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';

const NAMES = { csv: 'CSV', jsonl: 'JSON lines', parquet: 'Parquet' };

/** `CSV as gzip, delimiter ";", no header`. */
export function formatLine({ format, compression, csv }: InferredTable): string {
  const compressed = compression === 'none' ? '' : ` as ${compression}`;
  if (csv === undefined) return `${NAMES[format]}${compressed}`;
  const header = csv.header ? 'with a header' : 'without a header';
  return `${NAMES[format]}${compressed}, delimiter ${JSON.stringify(csv.delimiter)}, ${header}`;
}

/** `1,000 rows in 2 objects, 1.5 MB of text`. */
export function sampleLine({ rows, bytes, objects }: SampleRead): string {
  const text = bytes > 0 ? `, ${formatBytes(bytes)} of text` : '';
  return `${formatCounted(rows, 'row')} in ${formatCounted(objects, 'object')}${text}`;
}

/** The columns as lines. */
export function columnLines({ columns }: InferredTable): readonly string[] {
  const rows = columns.map(({ name, type, examples, nulls }) => [
    ...[name, typeSql(type), examples.map((example) => JSON.stringify(example)).join(', ')],
    nulls === undefined ? '' : formatCount(nulls),
  ]);
  return textGrid([['column', 'type', 'examples', 'nulls'], ...rows]);
}

/** The columns as plain data. */
export function columnFields({ columns }: InferredTable): readonly object[] {
  return columns.map(({ type, ...column }) => ({ ...column, type: typeSql(type) }));
}

/** What a transform makes of a table as lines: its columns, and beside each its first values. */
export function transformedLines({ columns, firstRows }: ShownRows): readonly string[] {
  const rows = columns.map(({ name, type }, place) => [
    ...[name, type],
    ...firstRows.map((row) => row[place] ?? 'NULL'),
  ]);
  const titles = firstRows.map((_, row) => `row ${row}`);
  const none = firstRows.length === 0 ? ['no row is left of those looked at'] : [];
  return [...textGrid([['transformed', 'type', ...titles], ...rows]), ...none];
}

/** Lines of a label and a text. */
export function labelled(lines: readonly (readonly [string, string])[]): readonly string[] {
  return lines.map(([label, text]) => `${label.padEnd(8)} ${text}`);
}
