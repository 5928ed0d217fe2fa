import { expect, it } from 'vitest';
import { copiedColumns } from '#core/tables/postgres/copied-columns.ts';
import {
  loadingTable,
  MAX_TABLE_BYTES,
  qualified,
  replacedTable,
} from '#core/tables/postgres/load-target.ts';
import { parseReceipt, receiptText } from '#core/tables/postgres/receipt.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';

const RUN = '0123456789abcdef0123456789abcdef';

it('names the tables of an overwrite within what PostgreSQL keeps of a name', () => {
  const target = { connection: 'main', schema: 's', table: 'x'.repeat(MAX_TABLE_BYTES) };
  expect(loadingTable({ ...target, table: 't' }, RUN)).toBe('t__0123456789ab');
  expect(replacedTable({ ...target, table: 't' }, RUN)).toBe('t__before_0123456789ab');
  expect(replacedTable(target, RUN)).toHaveLength(63);
});

it('quotes schema and table', () => {
  expect(qualified('a"b', 'c; DROP TABLE d')).toBe('"a""b"."c; DROP TABLE d"');
});

const column = (name: string, type: string) => ({ name, type: parseType(type), lossy: false });

it('always puts texts in quotes, and leaves other columns to the engine', () => {
  expect(copiedColumns([column('a', 'INTEGER'), column('b"', 'VARCHAR')])).toEqual({
    quoted: ['b"'],
  });
});

it('writes bytes and years before 1 as PostgreSQL reads them', () => {
  const { values } = copiedColumns([column('a', 'BLOB'), column('b', 'DATE'), column('c', 'UUID')]);
  expect(values).toEqual([
    `'\\x' || lower(hex("a")) AS "a"`,
    `replace(CAST("b" AS VARCHAR), ' (BC)', ' BC') AS "b"`,
    '"c"',
  ]);
});

it('reads the receipts that it writes, and nothing else', () => {
  const receipt = {
    ...{ run: RUN, chunk: 3, connection: 'main', schema: 'public', table: 't' },
    ...{ rows: 7, bytes: 70, crc32: '0123abcd' },
  };
  expect(parseReceipt(receiptText(receipt))).toEqual(receipt);
  expect(parseReceipt('{}')).toBeUndefined();
  expect(parseReceipt('no JSON')).toBeUndefined();
});
