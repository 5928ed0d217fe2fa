import { int32Column, smallParquet } from '#test/core/containers/parquet/small-parquet.ts';
import { i32, integer, list, struct, text } from '#test/core/containers/parquet/thrift-values.ts';
import { A, DAMAGED, ONE, parquet } from './parquet-specimen.ts';
import { type Answer, refused, rows, type Specimen } from './specimen.ts';

/** Column `a` alone, with other fields of the metadata of its chunk. */
function chunkOf(
  name: string,
  metadata: Record<number, ReturnType<typeof i32>>,
  answer: Answer = DAMAGED,
) {
  return parquet(
    `a chunk ${name}`,
    () => smallParquet([int32Column('a', [1, 2, 3], { metadata })]),
    answer,
    ONE,
  );
}

const PLACES = [
  chunkOf('at a negative offset', { 9: integer(-4) }),
  chunkOf('at offset 0', { 9: integer(0) }),
  chunkOf('beyond the file', { 9: integer(1e9) }),
  chunkOf('at the largest offset', { 9: integer(2 ** 53 - 1) }),
  chunkOf('at 2^63 - 1', { 9: integer(2n ** 63n - 1n) }),
  chunkOf('of a negative length', { 7: integer(-1) }),
  chunkOf('of no bytes', { 7: integer(0) }),
  chunkOf('longer than the file', { 7: integer(1e12) }),
  chunkOf('shorter than its page, as old writers make it', { 7: integer(10) }, rows([1], [2], [3])),
  chunkOf('of -1 values', { 5: integer(-1) }),
  chunkOf('of more values than rows', { 5: integer(4) }),
  chunkOf('of 2 GB when decompressed', { 6: integer(2e9) }, rows([1], [2], [3])),
  chunkOf('of another type', { 1: i32(2) }),
  chunkOf('of a codec that there is not', { 4: i32(99) }),
  chunkOf('that says it is packed', { 4: i32(1) }),
  chunkOf('with a dictionary behind its values', { 11: integer(50) }),
  chunkOf(
    'with a dictionary that is none',
    { 11: integer(4), 9: integer(10) },
    rows([1], [2], [3]),
  ),
  parquet(
    'chunks over each other',
    () => smallParquet([A, int32Column('b', [4, 5, 6], { metadata: { 9: integer(4) } })]),
    DAMAGED,
    { schema: { a: 'integer', b: 'integer' } },
  ),
  parquet(
    'a chunk in another file',
    () => smallParquet([int32Column('a', [1], { chunk: { 1: text('/etc/passwd') } })]),
    refused('Unsupported', 'other files'),
    ONE,
  ),
  parquet(
    'an encrypted column',
    () => smallParquet([int32Column('a', [1], { chunk: { 8: struct({}) } })]),
    refused('Unsupported', 'encrypted'),
    ONE,
  ),
  parquet(
    'an encrypted footer',
    () => smallParquet([A], { footer: { 8: struct({}) } }),
    refused('Unsupported', 'encrypted'),
    ONE,
  ),
  parquet(
    'a row group of -1 rows',
    () => smallParquet([A], { group: { 3: integer(-1) } }),
    DAMAGED,
    ONE,
  ),
  parquet(
    'a row group of 10^15 rows',
    () => smallParquet([A], { group: { 3: integer(1e15) }, footer: { 3: integer(1e15) } }),
    DAMAGED,
    ONE,
  ),
  parquet(
    'more rows than row groups have',
    () => smallParquet([A], { footer: { 3: integer(4) } }),
    DAMAGED,
    ONE,
  ),
  parquet(
    'more rows than pages have',
    () =>
      smallParquet([int32Column('a', [1, 2, 3], { metadata: { 5: integer(9) } })], {
        group: { 3: integer(9) },
        footer: { 3: integer(9) },
      }),
    DAMAGED,
    ONE,
  ),
  parquet(
    'fewer rows than pages have',
    () =>
      smallParquet([int32Column('a', [1, 2, 3], { metadata: { 5: integer(2) } })], {
        group: { 3: integer(2) },
        footer: { 3: integer(2) },
      }),
    DAMAGED,
    ONE,
  ),
  parquet(
    'a row group without columns',
    () => smallParquet([A], { group: { 1: list([]) } }),
    DAMAGED,
    ONE,
  ),
  parquet(
    '100,001 row groups',
    () =>
      smallParquet([A], {
        footer: {
          3: integer(0),
          4: list(
            Array.from({ length: 100_001 }, () =>
              struct({
                1: list([
                  struct({
                    2: integer(0),
                    3: struct({
                      1: i32(1),
                      5: integer(0),
                      6: integer(0),
                      7: integer(0),
                      9: integer(0),
                    }),
                  }),
                ]),
                3: integer(0),
              }),
            ),
          ),
        },
      }),
    refused('Bound', '100000'),
    ONE,
  ),
  parquet(
    '10,000 row groups over each other',
    () =>
      smallParquet([A], {
        footer: {
          3: integer(30_000),
          4: list(
            Array.from({ length: 10_000 }, () =>
              struct({
                1: list([
                  struct({
                    2: integer(0),
                    3: struct({
                      1: i32(1),
                      5: integer(3),
                      6: integer(20),
                      7: integer(20),
                      9: integer(4),
                    }),
                  }),
                ]),
                3: integer(3),
              }),
            ),
          ),
        },
      }),
    DAMAGED,
    ONE,
  ),
];

/** Files whose columns lie where they cannot. */
export const PARQUET_PLACES: readonly Specimen[] = PLACES;
