import { expect, test } from 'vitest';
import { shownColumns } from '#core/tables/run/counted-keys.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';

/** The layout of a table of CSV. */
function layoutOf(types: Readonly<Record<string, string>>) {
  const source = { uris: [], csv: csvFormatSection.parse({}), byName: false };
  const asked = { source, columns: {}, onBadRow: 'fail' } as const;
  return tableLayoutOf(asked, { format: 'csv', schema: tableSchema.parse(types) });
}

test('shows columns with their types, in their order', () => {
  expect(shownColumns(layoutOf({ zip: 'text', fare: 'decimal(9,2)' }))).toEqual([
    { name: 'zip', type: 'VARCHAR' },
    { name: 'fare', type: 'DECIMAL(9, 2)' },
  ]);
});

test('shows a hundred columns of a wide table', () => {
  const names = Array.from({ length: 130 }, (_, at) => `c${at}`);
  const wide = layoutOf(Object.fromEntries(names.map((name) => [name, 'int'])));

  expect(shownColumns(wide).map(({ name }) => name)).toEqual(names.slice(0, 100));
});
