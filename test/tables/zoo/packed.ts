import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { type Answer, refused, type Specimen, utf8 } from './specimen.ts';

/** 200 records of a text that does not pack to nothing. */
const LINES = Array.from({ length: 200 }, (_, n) => {
  return `${n},${createHash('sha256').update(String(n)).digest('hex')}\n`;
});
const TEXT = `a,b\n${LINES.join('')}`;
const WHOLE = gzipSync(TEXT);
const MIB = 2 ** 20;

const ROWS: Answer = { count: LINES.length };

function packed(
  name: string,
  bytes: () => Uint8Array,
  answer: Answer,
  compression: 'gzip' | 'zstd' = 'gzip',
): Specimen {
  const file = compression === 'gzip' ? 'zoo.csv.gz' : 'zoo.csv.zst';
  return {
    name: `${compression}: ${name}`,
    asked: { format: 'csv', schema: { a: 'integer', b: 'varchar' }, options: { compression } },
    objects: () => [{ name: file, bytes: bytes() }],
    answer,
  };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const place = at < 0 ? bytes.length + at : at;
  return new Uint8Array(bytes).with(place, bytes.at(place)! ^ 1);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** The text in three members. */
const MEMBERS = [TEXT.slice(0, 3000), TEXT.slice(3000, 3001), TEXT.slice(3001)].map((part) =>
  gzipSync(part),
);

/** What a member may be damaged by, in each of the three. */
const DAMAGES: readonly (readonly [string, (member: Uint8Array) => Uint8Array])[] = [
  ['the CRC-32', (member) => flipped(member, -8)],
  ['the length', (member) => flipped(member, -4)],
  ['a bit of the data', (member) => flipped(member, member.length >> 1)],
  ['a bit of the head', (member) => flipped(member, 2)],
  ['a byte too many', (member) => joined(member, utf8('x'))],
  ['a byte too few', (member) => member.subarray(0, -1)],
  ['no trailer', (member) => member.subarray(0, -8)],
  ['half of it', (member) => member.subarray(0, member.length >> 1)],
];

const DAMAGED = MEMBERS.flatMap((_, which) =>
  DAMAGES.map(([what, damage]) =>
    packed(
      `${what} of member ${which + 1}`,
      () => joined(...MEMBERS.map((member, n) => (n === which ? damage(member) : member))),
      refused('Corrupt', 'zoo.csv.gz'),
    ),
  ),
);

const GZIP = [
  packed('three members', () => joined(...MEMBERS), ROWS),
  packed(
    'an empty member between',
    () => joined(MEMBERS[0]!, gzipSync(''), ...MEMBERS.slice(1)),
    ROWS,
  ),
  packed('two bytes', () => WHOLE.subarray(0, 2), refused('Corrupt', 'zoo.csv.gz')),
  packed('a plain text', () => utf8(TEXT), refused('Unsupported', 'gzip')),
  packed(
    'zeros behind',
    () => joined(WHOLE, new Uint8Array(512)),
    refused('Corrupt', 'zoo.csv.gz'),
  ),
  packed('a text behind', () => joined(WHOLE, utf8('1,x\n')), refused('Corrupt', 'zoo.csv.gz')),
  packed(
    'a head behind',
    () => joined(WHOLE, WHOLE.subarray(0, 10)),
    refused('Corrupt', 'zoo.csv.gz'),
  ),
  packed('gzip of gzip', () => gzipSync(WHOLE), refused('Corrupt', 'zoo.csv.gz')),
  packed(
    'a bomb of blanks, 1,000 to 1',
    () => gzipSync(`a,b\n1,${' '.repeat(64 * MIB)}`),
    refused('Bound', 'zoo.csv.gz'),
  ),
  packed(
    'a bomb of records',
    () => gzipSync(`a,b\n${'1,x\n'.repeat(16 * MIB)}`),
    refused('Bound', 'zoo.csv.gz'),
  ),
  packed(
    'a bomb of a bomb',
    () => gzipSync(gzipSync(Buffer.alloc(256 * MIB), { level: 9 })),
    refused('Corrupt', 'zoo.csv.gz'),
  ),
  packed(
    '20,000 empty members',
    () => joined(...Array.from({ length: 20_000 }, () => gzipSync('')), WHOLE),
    ROWS,
  ),
  packed(
    'a head with a name of 1 MB',
    () =>
      joined(
        Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3),
        Buffer.alloc(MIB, 'n'),
        Uint8Array.of(0),
        WHOLE.subarray(10),
      ),
    refused('Corrupt', 'header'),
  ),
];

/** With a checksum: what has none can be damaged unseen. */
const ZSTD_WHOLE = zstdCompressSync(TEXT, {
  params: { [constants.ZSTD_c_checksumFlag]: 1 },
});

/** A frame that says its window is of 2 GiB and more. */
const WINDOW = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xaf, 0x01, 0x00, 0x00);

function zstd(name: string, bytes: () => Uint8Array, answer: Answer): Specimen {
  return packed(name, bytes, answer, 'zstd');
}

const ZSTD = [
  zstd('a frame', () => ZSTD_WHOLE, ROWS),
  zstd('a frame cut short', () => ZSTD_WHOLE.subarray(0, -5), refused('Corrupt', 'zoo.csv.zst')),
  zstd('a bit of the data', () => flipped(ZSTD_WHOLE, 40), refused('Corrupt', 'zoo.csv.zst')),
  zstd(
    'two frames',
    () => joined(zstdCompressSync(TEXT.slice(0, 999)), zstdCompressSync(TEXT.slice(999))),
    ROWS,
  ),
  zstd(
    'a frame to skip',
    () => joined(Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4), ZSTD_WHOLE),
    ROWS,
  ),
  zstd('a text behind', () => joined(ZSTD_WHOLE, utf8('1,x\n')), refused('Corrupt', 'zoo.csv.zst')),
  zstd(
    'zeros behind',
    () => joined(ZSTD_WHOLE, new Uint8Array(16)),
    refused('Corrupt', 'zoo.csv.zst'),
  ),
  zstd('a window beyond reason', () => WINDOW, refused('Corrupt', 'zoo.csv.zst')),
  zstd(
    'a bomb of blanks',
    () => zstdCompressSync(`a,b\n1,${' '.repeat(64 * MIB)}`),
    refused('Bound', 'zoo.csv.zst'),
  ),
  zstd(
    'a bomb of records',
    () => zstdCompressSync(`a,b\n${'1,x\n'.repeat(16 * MIB)}`),
    refused('Bound', 'zoo.csv.zst'),
  ),
  zstd('gzip', () => WHOLE, refused('Unsupported', 'gzip')),
];

/** Packed texts. */
export const PACKED_ZOO: readonly Specimen[] = [...DAMAGED, ...GZIP, ...ZSTD];
