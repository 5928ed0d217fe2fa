import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { provePages } from '#core/containers/parquet/prove-pages.ts';
import { CorruptSourceError } from '#core/errors.ts';
import {
  dataPage,
  dictionaryPage,
  type Fields,
  int32Body,
  int32Column,
  pageCrc,
  type SmallPage,
  smallParquet,
} from './small-parquet.ts';
import { binary, i32, integer, list, struct } from './thrift-values.ts';

const BODY = int32Body([1, 2, 3]);
const DICTIONARY = dictionaryPage(int32Body([5, 6]), 2);

/** Proves the pages of a column of three values, and counts the bytes that it reads. */
async function prove(pages: readonly SmallPage[], metadata: Fields = {}): Promise<number> {
  const bytes = smallParquet([int32Column('a', [1, 2, 3], { pages, metadata })]);
  const source = memorySource(bytes, 'x.parquet');
  let read = 0;
  await provePages(await readFooter(source), { start: 0, end: 1 }, (range) => {
    read += range.length;
    return source.read(range);
  });
  return read;
}

/** A page of values, one of the second kind, whose header has bounds of a text. */
function longHeader(bytes: number): SmallPage {
  const bounds = struct({ 1: binary(new Uint8Array(bytes)) });
  const inner = struct({
    1: i32(3),
    2: i32(0),
    3: i32(3),
    4: i32(0),
    5: i32(0),
    6: i32(0),
    8: bounds,
  });
  const size = i32(BODY.length);
  return { header: struct({ 1: i32(3), 2: size, 3: size, 8: inner, 9: i32(1) }), body: BODY };
}

/** A page that is not read, of the kind that nobody writes. */
const INDEX: SmallPage = {
  header: struct({ 1: i32(1), 2: i32(0), 3: i32(0), 6: struct({ 1: i32(0) }) }),
  body: new Uint8Array(),
};

describe('pages of a column', () => {
  it.each<[string, readonly SmallPage[]]>([
    ['one', [dataPage(BODY, 3)]],
    ['two', [dataPage(BODY.subarray(0, 8), 2), dataPage(BODY.subarray(8), 1)]],
    ['one without values', [dataPage(new Uint8Array(), 0), dataPage(BODY, 3)]],
    ['a dictionary first', [DICTIONARY, dataPage(Uint8Array.of(1, 3, 2), 3)]],
    ['one with its CRC-32', [dataPage(BODY, 3, { outer: { 4: pageCrc(BODY) } })]],
    ['an index between', [INDEX, dataPage(BODY, 3)]],
    ['a header of 2 kB', [longHeader(2_000)]],
    ['a header of 600 kB', [longHeader(600_000)]],
  ])('are proved: %s', async (_, pages) => {
    await expect(prove(pages)).resolves.toBeGreaterThan(0);
  });

  it('are not read where they have no CRC-32', async () => {
    const large = new Uint8Array(3_000_000);
    expect(await prove([dataPage(large, 3)])).toBeLessThan(1_000);
    const checked = dataPage(large, 3, { outer: { 4: pageCrc(large) } });
    expect(await prove([checked])).toBeGreaterThan(large.length);
  });

  it.each<[string, SmallPage | readonly SmallPage[], string]>([
    [
      'a wrong CRC-32',
      dataPage(BODY, 3, { outer: { 4: i32(-7) } }),
      'not 4294967289 as its header',
    ],
    ['fewer values', dataPage(BODY, 2), 'has pages of 2 values, where its footer says 3'],
    ['more values', dataPage(BODY, 4), 'has pages of 4 values, where its footer says 3'],
    ['-1 values', dataPage(BODY, -1), 'has a data page of -1 values in 12 bytes'],
    ['-1 bytes', dataPage(BODY, 3, { outer: { 3: i32(-1) } }), 'in -1 bytes'],
    ['no size', dataPage(BODY, 3, { outer: { 2: undefined } }), '(-1 when decompressed)'],
    ['2 GB', dataPage(BODY, 3, { outer: { 3: i32(2 ** 31 - 1) } }), 'a page of 2147483647 bytes'],
    ['another type', dataPage(BODY, 3, { outer: { 1: i32(4) } }), 'a page of type 4'],
    ['no type', dataPage(BODY, 3, { outer: { 1: undefined } }), 'a page of type -1'],
    ['no header of its type', dataPage(BODY, 3, { outer: { 5: undefined } }), 'without its header'],
    ['two dictionaries', [DICTIONARY, DICTIONARY], 'has a dictionary behind values'],
    ['a header cut short', longHeader(0), 'x.parquet'],
  ])('are refused for %s, by the name of the column', async (what, page, message) => {
    const pages = Array.isArray(page) ? page : [page as SmallPage];
    const isCut = what === 'a header cut short';
    const cut = { header: struct({ 1: list([], 900) }), body: new Uint8Array(20) };
    const proving = prove(isCut ? [cut] : pages);
    await expect(proving).rejects.toThrow(CorruptSourceError);
    await expect(proving).rejects.toThrow(/^column "a" of x\.parquet has /);
    await expect(proving).rejects.toThrow(message);
  });

  it('are not looked for where there are no rows', async () => {
    const none = { group: { 3: integer(0) }, footer: { 3: integer(0) } };
    const column = int32Column('a', [], { metadata: { 5: integer(0) } });
    const source = memorySource(smallParquet([column], none), 'x.parquet');
    const footer = await readFooter(source);
    const read = () => Promise.reject(new Error('nothing is to be read'));
    await expect(provePages(footer, { start: 0, end: 1 }, read)).resolves.toBeUndefined();
  });
});
