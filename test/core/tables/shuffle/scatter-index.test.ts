import { expect, it } from 'vitest';
import { parseScatterPlan } from '#core/run/scatter-table-input.ts';
import { parseShares } from '#core/tables/run/gather-chunk.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { parseScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import { askedTable } from '#support/tables/asked-table.ts';

const TABLE = askedTable().source;

it('says which index is damaged', () => {
  expect(() => parseScatterIndex('{"size":1}', 's3://b/i')).toThrow(
    /the index s3:\/\/b\/i is damaged: planned/,
  );
});

it('takes a text that is cut short for damage', () => {
  expect(() => parseScatterIndex('{"size"', 's3://b/i')).toThrow(
    /the index s3:\/\/b\/i is damaged/,
  );
});

it('says which plan of mappers is damaged', () => {
  expect(() => parseScatterPlan('{}', 's3://b/p')).toThrow(/s3:\/\/b\/p is damaged: layout/);
});

it('reads an index and a plan as they were written', () => {
  const index = { planned: 'p', size: 1, etag: 'e', rejected: 0, filtered: 0 };
  const rows = { groups: [{ rows: 2, bytes: 1 }], partitions: [{ values: [null], rows: 2 }] };
  const written = { ...index, ...rows };
  expect(parseScatterIndex(JSON.stringify(written), 's3://b/i')).toEqual(written);
  const asked = { source: TABLE, columns: {}, onBadRow: 'fail' } as const;
  const seen = { format: 'csv', schema: tableSchema.parse({ id: 'int' }) } as const;
  const file = { format: 'csv', compression: 'none', header: true, delimiter: ',' } as const;
  const plan = {
    layout: tableLayoutOf(asked, seen),
    output: { kind: 'table', file, partitionBy: ['id'] },
    ...{ mappers: 1, predictedBytes: 5, jobs: 'a', pins: 'b' },
  };
  expect(parseScatterPlan(JSON.stringify(plan), 's3://b/p')).toMatchObject(plan);
});

it('reads shares line by line', () => {
  const share = { mapper: 1, rows: { start: 0, end: 5 }, size: 9, etag: 'e' };
  expect(parseShares(Buffer.from(`${JSON.stringify(share)}\n`))).toEqual([share]);
  expect(parseShares(new Uint8Array())).toEqual([]);
});
