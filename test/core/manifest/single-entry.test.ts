import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { type ManifestEntry, parseSegments } from '#core/manifest/manifest.ts';
import { joinEntries } from '#core/manifest/single-entry.ts';

const TEXTS = ['1,2\n3,4\n', '5,6\n', ''];

/** Entries of parts with these texts, of which the first one lies in two objects. */
function entriesOf(texts: readonly string[], fields: (index: number) => object = () => ({})) {
  let row = 0;
  return texts.map((text, index): ManifestEntry => {
    const rows = text.split('\n').length - 1;
    const rowStart = row;
    row += rows;
    return {
      ...{ url: 's3://b/out/data/rows.csv', mandatory: true },
      meta: { content_length: text.length, record_count: rows },
      ...{ index, rowStart, rowEnd: row, counts: { nnz: 2 * rows }, contentBytes: text.length },
      ...{ crc32: crc32Hex(crc32(text)), etag: `part ${index}` },
      ...fields(index),
    };
  });
}

it('joins parts into one entry, with the CRC-32 of the whole text', () => {
  const { entry, segments } = joinEntries(entriesOf(TEXTS), 'whole');
  const text = TEXTS.join('');
  expect(entry).toEqual({
    ...{ url: 's3://b/out/data/rows.csv', mandatory: true },
    meta: { content_length: 12, record_count: 3 },
    ...{ index: 0, rowStart: 0, rowEnd: 3, counts: { nnz: 6 }, contentBytes: 12 },
    ...{ crc32: crc32Hex(crc32(text)), etag: 'whole' },
  });
  expect(segments.map(({ byteStart, bytes }) => [byteStart, bytes])).toEqual([
    [0, 8],
    [8, 4],
    [12, 0],
  ]);
  const listed = segments.map((segment) => `${JSON.stringify(segment)}\n`).join('');
  expect(parseSegments(listed)).toEqual(segments);
});

it('says of a table from where to where its source was read, and what each part left out', () => {
  const position = (at: number) => ({ object: 0, at });
  const parts = entriesOf(TEXTS, (index) => ({
    range: { start: position(index), end: position(index + 1) },
    ...(index === 1 && { rejects: 's3://b/out/_manifest/rejects/chunk-000001.jsonl' }),
  }));
  const { entry, segments } = joinEntries(parts, 'whole');
  expect(entry.range).toEqual({ start: position(0), end: position(3) });
  expect(entry.rejects).toBeUndefined();
  expect(segments.map(({ rejects }) => rejects !== undefined)).toEqual([false, true, false]);
  expect(segments[1]?.range).toEqual({ start: position(1), end: position(2) });
});
