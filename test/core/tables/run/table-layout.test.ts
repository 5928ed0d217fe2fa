import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import {
  keptLayout,
  keptOf,
  outputColumns,
  outputSchemaOf,
  parseTableLayout,
  schemaOf,
  tableLayout,
  tableLayoutOf,
  transformSql,
} from '#core/tables/run/table-layout.ts';
import { columnsSection } from '#core/tables/schema/columns-section.ts';
import { canonicalSchema, tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';

const schema = tableSchema.parse([
  { name: '0', type: 'decimal(9,2)', lossy: true },
  { name: 'tags', type: 'struct(a integer[], "b c" map(text, date))' },
]);

const asked: AskedTable = {
  source: {
    uris: ['s3://b/'],
    compression: 'gzip',
    csv: csvFormatSection.parse({ delimiter: ';', nullText: ['', 'NA'] }),
    byName: false,
  },
  schema,
  columns: columnsSection.parse({ tags: { from: 'x', default: '{}' }, y: 'drop' }),
  onBadRow: 'reject',
  output: { format: 'jsonl', compression: 'zstd' },
  size: { files: 2 },
};
const first = { uri: 's3://b/a.csv', names: ['0', 'x'] };
const layout = tableLayoutOf(asked, { format: 'csv', first, schema });

describe('tableLayout', () => {
  it('stays the same as JSON', () => {
    expect(tableLayout.parse(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
  });

  it('holds what the format has', () => {
    const seen = { format: 'jsonl', schema } as const;
    const { csv, first: none, compression, ...rest } = tableLayoutOf(asked, seen);
    expect([csv, none, compression]).toEqual([undefined, undefined, 'gzip']);
    expect(rest).toEqual({
      kind: 'table',
      format: 'jsonl',
      schema: canonicalSchema(schema),
      columns: asked.columns,
      byName: false,
      onBadRow: 'reject',
      rowGroupRows: 122_880,
    });
    const { compression: _, ...source } = asked.source;
    expect(tableLayoutOf({ ...asked, source }, seen)).not.toHaveProperty('compression');
  });

  it('holds the columns of the output with their types', () => {
    expect(schemaOf(tableLayout.parse(JSON.parse(JSON.stringify(layout))))).toEqual(schema);
  });

  it('holds a transform, whose columns are those of the output', () => {
    const transform = { sql: 'select 1', schema: [{ name: 'n', type: 'INTEGER' }] };
    const transformed = tableLayoutOf(asked, { format: 'csv', schema, transform });
    expect(parseTableLayout(JSON.stringify(transformed))).toEqual(transformed);
    expect(schemaOf(transformed)).toEqual(schema);
    expect(outputColumns(transformed)).toEqual(transform.schema);
    expect(outputSchemaOf(transformed)).toEqual(tableSchema.parse({ n: 'integer' }));
    expect([transformSql(transformed), transformSql(layout)]).toEqual(['select 1', undefined]);
  });

  it('holds a function with its version, of which the manifest keeps the columns read', () => {
    const columns = [{ name: 'n', type: 'INTEGER' }];
    const lambda = { name: 'clean', version: '3' };
    const transform = { lambda, rows: 'fewer', schema: columns } as const;
    const made = { ...layout, transform: { ...transform, schema: [...columns] } };
    expect(parseTableLayout(JSON.stringify(made))).toEqual(made);
    expect([outputColumns(made), transformSql(made)]).toEqual([columns, undefined]);
    const kept = keptOf(made);
    expect(keptLayout.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(kept.transform).toEqual({ lambda, rows: 'fewer', schema: layout.schema });
    expect(outputColumns(layout)).toEqual(layout.schema);
  });

  it('is read from its text, or is named as damaged', () => {
    expect(parseTableLayout(JSON.stringify(layout))).toEqual(layout);
    const read = () => parseTableLayout(JSON.stringify({ ...layout, onBadRow: 'skip' }));
    expect(read).toThrow(CorruptSourceError);
    expect(read).toThrow('the layout of the table is damaged: onBadRow: ');
  });
});

describe('keptOf', () => {
  it('leaves out what the manifest and the source have, and keeps what may lose digits', () => {
    const kept = keptOf(layout);
    expect(keptLayout.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(kept).toEqual({
      compression: 'gzip',
      csv: layout.csv,
      columns: asked.columns,
      byName: false,
      onBadRow: 'reject',
      rowGroupRows: 122_880,
      lossy: ['0'],
    });
    expect(keptOf({ ...layout, schema: [] })).not.toHaveProperty('lossy');
  });

  it('keeps the columns that a transform reads', () => {
    const transform = { sql: 'select 1', schema: [{ name: 'n', type: 'INTEGER' }] };
    const kept = keptOf({ ...layout, transform });
    expect(keptLayout.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(kept).toMatchObject({ transform: { sql: 'select 1', schema: layout.schema } });
    expect(kept).not.toHaveProperty('lossy');
  });
});
