import { gzipSync } from 'node:zlib';

import { footerEnd, smallParquet } from '#test/core/containers/parquet/small-parquet.ts';
import { i32, list, struct, text } from '#test/core/containers/parquet/thrift-values.ts';
import { A, DAMAGED, ONE, parquet, ROWS, WHOLE } from './parquet-specimen.ts';
import { type Answer, refused, type Specimen, utf8 } from './specimen.ts';

const ENDS = [
  parquet('sound', () => WHOLE, ROWS),
  ...[1, 4, 8, 12, 100, WHOLE.length - 4, WHOLE.length - 11].map((bytes) =>
    parquet(`less its last ${bytes} bytes`, () => WHOLE.subarray(0, -bytes), refused('Corrupt')),
  ),
  parquet('less its first byte', () => WHOLE.subarray(1), refused('Unsupported')),
  parquet('bytes behind', () => Buffer.concat([WHOLE, utf8('x')]), DAMAGED),
  parquet('twice', () => Buffer.concat([WHOLE, WHOLE]), ROWS),
  parquet(
    'encrypted',
    () => Buffer.concat([utf8('PARE'), WHOLE.subarray(4, -4), utf8('PARE')]),
    refused('Unsupported', 'encrypted'),
  ),
  parquet(
    'encrypted at its end',
    () => Buffer.concat([WHOLE.subarray(0, -4), utf8('PARE')]),
    refused('Unsupported', 'encrypted'),
  ),
  ...[0, 1, 2 ** 31 - 1, 2 ** 32 - 1, WHOLE.length, WHOLE.length - 12].map((length) =>
    parquet(
      `a footer that says it has ${length} bytes`,
      () => {
        const bytes = Buffer.from(WHOLE);
        bytes.writeUInt32LE(length, bytes.length - 8);
        return bytes;
      },
      refused('Corrupt'),
    ),
  ),
  parquet('gzip around it', () => gzipSync(WHOLE), refused('Unsupported', 'gzip')),
  parquet(
    'a footer of zeros',
    () =>
      Buffer.concat([
        utf8('PAR1'),
        new Uint8Array(100),
        footerEnd({ type: 12, bytes: Array.from({ length: 40 }, () => 0) }),
      ]),
    DAMAGED,
  ),
];

/** A footer of these bytes behind 100 bytes of columns. */
function footerOf(name: string, bytes: readonly number[], answer: Answer = DAMAGED): Specimen {
  const file = () =>
    Buffer.concat([utf8('PAR1\x15'), new Uint8Array(100), footerEnd({ type: 12, bytes })]);
  return parquet(`a footer ${name}`, file, answer, ONE);
}

const BOMBS = [
  footerOf(
    'nested 100,000 deep',
    Array.from({ length: 100_000 }, () => 0x1c),
  ),
  footerOf('with a list of 2 billion', [0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07]),
  footerOf('with lists of lists of booleans', [
    0xf9,
    ...Array.from({ length: 100_000 }, () => 0xf1),
  ]),
  footerOf('with a name of 2 GB', [0x68, 0xff, 0xff, 0xff, 0xff, 0x07]),
  footerOf('with a number without an end', [0x16, ...Array.from({ length: 100_000 }, () => 0xff)]),
  footerOf('with a map of 2 billion', [0x1b, 0xff, 0xff, 0xff, 0xff, 0x07, 0x11]),
  footerOf(
    'of ones',
    Array.from({ length: 1_000_000 }, () => 1),
  ),
  parquet(
    '200,001 columns in a schema',
    () =>
      smallParquet([A], {
        footer: {
          2: list([
            struct({ 4: text('root'), 5: i32(200_001) }),
            ...Array.from({ length: 200_001 }, () =>
              struct({ 1: i32(1), 3: i32(0), 4: text('a') }),
            ),
          ]),
        },
      }),
    refused('Bound', '200000'),
    ONE,
  ),
  parquet(
    'a schema of groups 1,000 deep',
    () =>
      smallParquet([A], {
        footer: {
          2: list([
            ...Array.from({ length: 1_000 }, () => struct({ 4: text('g'), 5: i32(1), 3: i32(0) })),
            struct({ 1: i32(1), 3: i32(0), 4: text('a') }),
          ]),
        },
      }),
    DAMAGED,
    ONE,
  ),
  parquet(
    'a root of -1 columns',
    () => smallParquet([A], { footer: { 2: list([struct({ 4: text('root'), 5: i32(-1) })]) } }),
    DAMAGED,
    ONE,
  ),
];

/** Files whose end or footer is damaged. */
export const PARQUET_ENDS: readonly Specimen[] = [...ENDS, ...BOMBS];
