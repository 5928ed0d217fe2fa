import { expect, it } from 'vitest';
import { parseScatterPlan } from '#core/run/scatter-table-input.ts';
import { parseShares } from '#core/tables/run/gather-chunk.ts';
import { parseScatterIndex } from '#core/tables/shuffle/scatter-index.ts';

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

it('reads shares line by line', () => {
  const share = { mapper: 1, rows: { start: 0, end: 5 }, size: 9, etag: 'e' };
  expect(parseShares(Buffer.from(`${JSON.stringify(share)}\n`))).toEqual([share]);
  expect(parseShares(new Uint8Array())).toEqual([]);
});
