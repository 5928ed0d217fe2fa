import {
  dataPage,
  dictionaryPage,
  int32Body,
  int32Column,
  pageCrc,
  smallParquet,
  textColumn,
} from '#test/core/containers/parquet/small-parquet.ts';
import { i32 } from '#test/core/containers/parquet/thrift-values.ts';
import { DAMAGED, ONE, parquet, TEXT, WHOLE } from './parquet-specimen.ts';
import { type Answer, rows, type Specimen } from './specimen.ts';

/** Column `a` alone, with another page. */
function pageOf(name: string, page: ReturnType<typeof dataPage>, answer: Answer): Specimen {
  return parquet(
    name,
    () => smallParquet([int32Column('a', [1, 2, 3], { pages: [page] })]),
    answer,
    ONE,
  );
}

const BODY = int32Body([1, 2, 3]);

const PAGES = [
  pageOf(
    'a page with its CRC-32',
    dataPage(BODY, 3, { outer: { 4: pageCrc(BODY) } }),
    rows([1], [2], [3]),
  ),
  pageOf('a page with a wrong CRC-32', dataPage(BODY, 3, { outer: { 4: i32(7) } }), DAMAGED),
  pageOf('a page of -1 bytes', dataPage(BODY, 3, { outer: { 3: i32(-1) } }), DAMAGED),
  pageOf('a page of 2 GB', dataPage(BODY, 3, { outer: { 3: i32(2 ** 31 - 1) } }), DAMAGED),
  pageOf(
    'a page of 2 GB when decompressed',
    dataPage(BODY, 3, { outer: { 2: i32(2 ** 31 - 1) } }),
    DAMAGED,
  ),
  pageOf(
    'a page of 2 GB both ways',
    dataPage(BODY, 3, { outer: { 2: i32(2 ** 31 - 1), 3: i32(2 ** 31 - 1) } }),
    DAMAGED,
  ),
  pageOf('a page of fewer bytes than values', dataPage(BODY.subarray(0, 8), 3), DAMAGED),
  pageOf('a page of -1 values', dataPage(BODY, -1), DAMAGED),
  pageOf('a page of fewer values', dataPage(BODY, 2), DAMAGED),
  pageOf('a page of more values', dataPage(int32Body([1, 2, 3, 4]), 4), DAMAGED),
  pageOf('a page of 2 billion values', dataPage(BODY, 2 ** 31 - 1), DAMAGED),
  pageOf(
    'a page of an encoding that there is not',
    dataPage(BODY, 3, { inner: { 2: i32(99) } }),
    DAMAGED,
  ),
  pageOf(
    'a page of a dictionary that is missing',
    dataPage(Uint8Array.of(2, 6, 0, 1, 0), 3, { inner: { 2: i32(8) } }),
    DAMAGED,
  ),
  pageOf(
    'a page of a type that there is not',
    dataPage(BODY, 3, { outer: { 1: i32(77) } }),
    DAMAGED,
  ),
  pageOf(
    'a page without a header of its type',
    dataPage(BODY, 3, { outer: { 5: undefined } }),
    DAMAGED,
  ),
  parquet('a page header of zeros', () => Buffer.from(WHOLE).fill(0, 4, 20), DAMAGED),
  parquet('a page header of ones', () => Buffer.from(WHOLE).fill(255, 5, 20), DAMAGED),
  parquet(
    'a dictionary',
    () =>
      smallParquet([
        int32Column('a', [5, 6, 5], {
          pages: [
            dictionaryPage(int32Body([5, 6]), 2),
            dataPage(Uint8Array.of(1, 3, 0b010), 3, { inner: { 2: i32(8) } }),
          ],
        }),
      ]),
    rows([5], [6], [5]),
    ONE,
  ),
  parquet(
    'a dictionary of fewer values than are asked for',
    () =>
      smallParquet([
        int32Column('a', [5, 6, 5], {
          pages: [
            dictionaryPage(int32Body([5]), 1),
            dataPage(Uint8Array.of(1, 3, 0b010), 3, { inner: { 2: i32(8) } }),
          ],
        }),
      ]),
    DAMAGED,
    ONE,
  ),
  parquet(
    'a dictionary of 2 billion values',
    () =>
      smallParquet([
        int32Column('a', [5, 6, 5], {
          pages: [
            dictionaryPage(int32Body([5]), 2 ** 31 - 1),
            dataPage(Uint8Array.of(1, 3, 0b010), 3, { inner: { 2: i32(8) } }),
          ],
        }),
      ]),
    DAMAGED,
    ONE,
  ),
  parquet(
    'a dictionary with a wrong CRC-32',
    () =>
      smallParquet([
        int32Column('a', [5, 6, 5], {
          pages: [
            dictionaryPage(int32Body([5, 6]), 2, { 4: i32(1) }),
            dataPage(Uint8Array.of(1, 3, 0b010), 3, { inner: { 2: i32(8) } }),
          ],
        }),
      ]),
    DAMAGED,
    ONE,
  ),
  parquet(
    'two dictionaries',
    () =>
      smallParquet([
        int32Column('a', [5, 6, 5], {
          pages: [
            dictionaryPage(int32Body([5, 6]), 2),
            dictionaryPage(int32Body([7, 8]), 2),
            dataPage(Uint8Array.of(1, 3, 0b010), 3, { inner: { 2: i32(8) } }),
          ],
        }),
      ]),
    DAMAGED,
    ONE,
  ),
  parquet(
    'a text longer than its page',
    () =>
      smallParquet([
        textColumn('b', ['x'], { pages: [dataPage(Uint8Array.of(255, 255, 255, 127, 65), 1)] }),
      ]),
    DAMAGED,
    TEXT,
  ),
  parquet(
    'a text of a negative length',
    () =>
      smallParquet([
        textColumn('b', ['x'], { pages: [dataPage(Uint8Array.of(255, 255, 255, 255, 65), 1)] }),
      ]),
    DAMAGED,
    TEXT,
  ),
];

/** Files whose pages are damaged. */
export const PARQUET_PAGES: readonly Specimen[] = PAGES;
