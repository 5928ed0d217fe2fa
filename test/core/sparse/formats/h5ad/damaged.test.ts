import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { lookup3 } from '#core/containers/hdf5/lookup3.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { type Change, damage, findChecked } from '#support/hdf5-damage.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';
import { messageAt } from '#support/hdf5-place.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { readWhole } from '#support/read-whole.ts';

const NOWHERE = new Array(8).fill(0xff);

/** Eight bytes, little-endian. */
function u64(value: number): number[] {
  return [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
}

/** Offset of a text in a file. */
function find(bytes: Uint8Array, text: string): number {
  const at = Buffer.from(bytes.buffer).indexOf(text, 0, 'latin1');
  if (at < 0) throw new Error(`there is no ${text}`);
  return at;
}

function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  return Buffer.from(bytes.buffer).toString('latin1', at, at + text.length) === text;
}

async function read(bytes: Uint8Array, file: string, options?: SourceOptions): Promise<void> {
  const { matrix } = await openMatrix(memorySource(bytes, file), options);
  await readWhole(matrix);
}

/** Where a layout message refers to a tree of chunks. */
function treeOf(bytes: Uint8Array, tree: number): number {
  return Buffer.from(bytes.buffer).indexOf(Buffer.from([3, 2, 2, ...u64(tree)])) + 3;
}

type Edit = (bytes: Uint8Array) => Change[] | Promise<Change[]>;

/** What is changed where a text begins. */
function from(text: string, at: number, values: readonly number[]): Edit {
  return (bytes) => [[find(bytes, text) + at, values]];
}

/** What is changed in the body of a message. */
function within(
  path: string,
  type: Parameters<typeof messageAt>[2],
  at: number,
  values: readonly number[],
): Edit {
  return async (bytes) => [[(await messageAt(bytes, path, type)) + at, values]];
}

const OLD = 'gzip-earliest.h5ad';
const NEW = 'gzip-latest.h5ad';
const NAMES = 'many-names-latest.h5ad';
const C = CorruptSourceError;
const U = UnsupportedSourceError;
const B = BoundExceededError;

const DAMAGES: ReadonlyArray<
  [what: string, file: string, Edit, typeof C | typeof U | typeof B, string]
> = [
  // The superblock.
  ['a superblock of another version', OLD, from('\x89HDF', 8, [4]), U, 'superblock of version 4'],
  ['addresses of 3 bytes', OLD, from('\x89HDF', 13, [3]), C, 'addresses or lengths of 3 bytes'],
  ['lengths of 16 bytes', NEW, from('\x89HDF', 10, [16]), C, 'addresses or lengths of 16 bytes'],
  ['a file that is still open', NEW, from('\x89HDF', 11, [1]), C, 'was not closed'],
  ['a root that is nowhere', OLD, from('\x89HDF', 64, NOWHERE), C, 'points nowhere'],
  ['a root past the end', OLD, from('\x89HDF', 64, u64(2 ** 40)), C, 'cannot be read'],
  ['a root beyond all files', OLD, from('\x89HDF', 64, u64(2 ** 60)), C, 'expected less than 2^53'],
  ['an end past the end', NEW, from('\x89HDF', 28, u64(2 ** 40)), C, 'the file is cut short'],
  // Object headers.
  ['a header of another version', NEW, from('OHDR', 4, [3]), U, 'object header of version 3'],
  [
    'a header that continues in itself',
    'whole-earliest.h5ad',
    async (bytes) => {
      const at = await messageAt(bytes, 'X/data', 'layout');
      return [
        [at - 8, [0x10]],
        [at, [...u64(at - 8), ...u64(32)]],
      ];
    },
    C,
    'continues in itself',
  ],
  [
    'a header of five million bytes',
    'far-apart.h5ad',
    async (bytes) => {
      const at = await messageAt(bytes, 'X', 'symbolTable');
      return [
        [at - 8, [0x10]],
        [at, [...u64(bytes.length), ...u64(5_000_000)]],
        [bytes.length, new Array(5_000_000).fill(0)],
      ];
    },
    B,
    'more than 4194304 bytes in all its blocks',
  ],
  [
    'a header of ten thousand million bytes',
    'whole-earliest.h5ad',
    async (bytes) => {
      const at = await messageAt(bytes, 'X/data', 'layout');
      return [
        [at - 8, [0x10]],
        [at, [...u64(0), ...u64(1e10)]],
      ];
    },
    B,
    'a header or heap of 10000000000 bytes, allowed are 16777216',
  ],
  ['no datatype', OLD, within('X/data', 'datatype', -8, [0]), C, 'without a datatype'],
  // Groups.
  [
    'a group whose tree contains itself',
    OLD,
    (bytes) => {
      const at = find(bytes, 'TREE\0');
      return [
        [at + 5, [1]],
        [at + 32, u64(at)],
      ];
    },
    C,
    'a tree with level 1 below level 1: it contains itself',
  ],
  [
    'a group of very many names',
    OLD,
    (bytes) => {
      const tree = find(bytes, 'TREE\0');
      const node = find(bytes, 'SNOD');
      const children = Array.from({ length: 15_000 }, () => [...u64(0), ...u64(node)]).flat();
      return [
        [tree + 5, [1]],
        [tree + 6, [2, 0]],
        [tree + 32, u64(bytes.length)],
        [tree + 48, u64(bytes.length)],
        [
          bytes.length,
          [...Buffer.from('TREE\0\0'), 0x98, 0x3a, ...NOWHERE, ...NOWHERE, ...children],
        ],
      ];
    },
    B,
    'a group of more than 4096 names',
  ],
  ['a tree of another type', OLD, from('TREE\0', 4, [1]), C, 'a tree of type 1, expected 0'],
  ['a child that is nowhere', OLD, from('TREE\0', 32, NOWHERE), C, 'points nowhere'],
  ['a node that is none', OLD, from('SNOD', 0, [0]), C, 'has "\\u0000NOD" at byte'],
  ['a heap of 2^50 bytes', OLD, from('HEAP', 8, u64(2 ** 50)), B, 'a header or heap of'],
  ['a name past its heap', OLD, from('SNOD', 8, u64(99_999)), C, 'bytes too early'],
  // Links and attributes outside their header.
  ['a tree of other records', NAMES, from('BTHD', 5, [8]), C, 'a tree of type 8'],
  ['a tree of 17 levels', NAMES, from('BTHD', 12, [17]), C, '17 levels'],
  ['a node of too many records', NAMES, from('BTHD', 24, [0xff, 0xff]), C, 'a tree node of'],
  ['a heap of another version', NAMES, from('FRHP', 4, [1]), C, 'a heap of version 1, expected 0'],
  ['a compressed heap', NAMES, from('FRHP', 7, [1]), U, 'a compressed heap'],
  ['a heap of three blocks a row', NAMES, from('FRHP', 110, [3]), C, 'impossible blocks'],
  [
    'a heap block of another place',
    NAMES,
    from('FHIB', 13, [1]),
    C,
    'a heap block of another place',
  ],
  [
    'an object outside its heap',
    NAMES,
    from('BTLF', 11, [0xff, 0xff, 0xff]),
    C,
    'outside its heap',
  ],
  ['an object of its own', NAMES, from('BTLF', 10, [0x10]), U, 'of more than 64 KiB'],
  [
    'a tree that has one child very often',
    NAMES,
    (bytes) => {
      const header = find(bytes, 'BTHD');
      const root = bytes.slice(header + 16, header + 24);
      const pointer = [...root, bytes[header + 24]!, 0, 1];
      const pointers = Array.from({ length: 21 }, () => pointer).flat();
      const records = new Array(20 * 11).fill(0);
      const node = [...Buffer.from('BTIN\0\x05'), ...records, ...pointers];
      return [
        [header + 12, [2]],
        [header + 16, [...u64(bytes.length), 20]],
        [bytes.length, [...node, ...u64(lookup3(Uint8Array.from(node))).slice(0, 4)]],
      ];
    },
    B,
    'more than 4096 names or attributes',
  ],
  [
    'objects that lie over each other',
    NAMES,
    (bytes) => {
      const heap = find(bytes, 'FRHP');
      const leaves = findChecked(bytes).filter(({ start }) => isAt(bytes, start, 'BTLF'));
      const ids = leaves.flatMap(({ start, end }) =>
        Array.from({ length: (end - start - 6) / 11 }, (_, i) => start + 6 + 11 * i + 4),
      );
      return [
        [heap + 10, [0xff, 0xff]],
        [heap + 112, [...u64(65_536), ...u64(65_536)]],
        [heap + 132, [...u64(0), 0, 0]],
        [70_000, [0]],
        ...ids.map((at): Change => [at, [0, 0, 0, 0, 0, 0xff, 0xff]]),
      ];
    },
    B,
    'more than 16777216 bytes of names or attributes',
  ],
  // Attributes.
  [
    'an attribute of another version',
    OLD,
    within('X', 'attribute', 0, [9]),
    C,
    'an attribute of version 9',
  ],
  [
    'an attribute of a committed datatype',
    NEW,
    within('X', 'attribute', 1, [1]),
    U,
    'of a committed datatype',
  ],
  ['text that is nowhere', OLD, from('GCOL', 16, [77]), C, 'refers to object 1 of a global heap'],
  [
    'a shape of 33 dimensions',
    OLD,
    from('shape\0', 32, [33]),
    C,
    'has 33 elements, expected at most 32',
  ],
  [
    'a shape beyond 2^53',
    OLD,
    from('\x1e\0\0\0\0\0\0\0\x0c\0\0\0\0\0\0\0', 7, [0x7f]),
    C,
    'expected integers below 2^53',
  ],
  // Datasets.
  [
    'a dataspace of another version',
    OLD,
    within('X/data', 'dataspace', 0, [7]),
    C,
    'a dataspace of version 7',
  ],
  ['33 dimensions', OLD, within('X/data', 'dataspace', 1, [33]), C, '33 dimensions'],
  ['floats that store a leading 1', OLD, within('X/data', 'datatype', 1, [0]), U, '"a float of 4'],
  ['floats with another sign bit', OLD, within('X/data', 'datatype', 2, [0]), U, '"a float of 4'],
  ['floats of another form', OLD, within('X/data', 'datatype', 12, [7]), U, '"a float of 4 bytes"'],
  [
    'integers of fewer bits',
    OLD,
    within('X/indptr', 'datatype', 10, [31]),
    U,
    '"an integer of 4 bytes"',
  ],
  [
    'elements that nobody knows',
    OLD,
    within('X/data', 'datatype', 0, [0x1f]),
    U,
    '"of class 15 of 4 bytes"',
  ],
  [
    'an enumeration that is no bool',
    'dtype-bool.h5ad',
    from('FALSE\0', 0, [0x50]),
    U,
    '"an enumeration of 1 bytes"',
  ],
  ['an old layout', OLD, within('X/data', 'layout', 0, [2]), U, 'a data layout of version 2'],
  [
    'chunks of two dimensions',
    OLD,
    within('X/data', 'layout', 2, [3]),
    C,
    'chunks of 2 dimensions',
  ],
  ['chunks of no elements', OLD, within('X/data', 'layout', 11, [0]), C, 'chunks of 0 elements'],
  ['chunks of other elements', OLD, within('X/data', 'layout', 15, [8]), C, 'elements of 8 bytes'],
  ['chunks of 2 GiB', OLD, within('X/data', 'layout', 14, [0x20]), B, 'allowed are 67108864'],
  ['very many chunks', OLD, within('X/data', 'dataspace', 8, u64(2 ** 50)), C, 'can hold at most'],
  [
    'chunk lengths of 9 bytes',
    NEW,
    within('X/data', 'layout', 4, [9]),
    C,
    'chunk lengths of 9 bytes',
  ],
  [
    'an index of another type',
    NEW,
    within('X/data', 'layout', 7, [5]),
    C,
    'a chunk index of type 5',
  ],
  ['too few bytes', 'whole-earliest.h5ad', within('X/data', 'layout', 10, [4]), C, 'got 260 bytes'],
  [
    'an array past the end',
    'whole-earliest.h5ad',
    within('X/data', 'layout', 7, [1]),
    C,
    'cannot be read',
  ],
  // Filters.
  [
    'a pipeline of another version',
    OLD,
    within('X/data', 'filters', 0, [3]),
    C,
    'filters of version 3',
  ],
  ['six filters', OLD, within('X/data', 'filters', 1, [6]), C, '6 filters'],
  [
    'a filter that nobody knows',
    OLD,
    within('X/data', 'filters', 8, [0xe7, 3]),
    U,
    'compressed by filter 999',
  ],
  [
    'a shuffle of other elements',
    'all-filters-latest.h5ad',
    within('X/data', 'filters', 8, [2]),
    C,
    'is shuffled by 2 bytes, expected 4',
  ],
  [
    'two compressions',
    'all-filters-latest.h5ad',
    within('X/data', 'filters', 2, [1]),
    C,
    'is compressed twice',
  ],
  // Indexes of chunks.
  [
    'a tree of chunks that contains itself',
    OLD,
    (bytes) => {
      const at = find(bytes, 'TREE\x01');
      return [
        [at + 5, [1]],
        [at + 48, u64(at)],
      ];
    },
    C,
    'it contains itself',
  ],
  [
    'a tree of a hundred levels',
    OLD,
    (bytes) => {
      const at = find(bytes, 'TREE\x01');
      const key = [...u64(0), ...u64(0), ...u64(0)];
      const end = [...u64(0), ...u64(2 ** 40), ...u64(0)];
      const nodes = Array.from({ length: 100 }, (_, i) => {
        const child = i === 0 ? at : bytes.length + 80 * (i - 1);
        const head = [...Buffer.from('TREE\x01'), i + 1, 1, 0, ...NOWHERE, ...NOWHERE];
        return [...head, ...key, ...u64(child), ...end];
      });
      return [
        [bytes.length, nodes.flat()],
        [treeOf(bytes, at), u64(bytes.length + 80 * 99)],
      ];
    },
    C,
    'a tree of more nodes than chunks',
  ],
  [
    'a tree with an empty node',
    OLD,
    (bytes) => {
      const at = find(bytes, 'TREE\x01');
      return [
        [at + 5, [1]],
        [at + 48, u64(bytes.length)],
        [bytes.length, [...Buffer.from('TREE\x01\0\0\0'), ...NOWHERE, ...NOWHERE]],
      ];
    },
    C,
    'an empty node',
  ],
  [
    'chunks out of order',
    OLD,
    from('TREE\x01', 32, [70]),
    C,
    'has a tree whose chunks are out of order',
  ],
  [
    'a tree that ends before its chunks',
    OLD,
    (bytes) => {
      const at = find(bytes, 'TREE\x01');
      const count = bytes[at + 6]! + 256 * bytes[at + 7]!;
      return [[at + 24 + 32 * count + 8, [...u64(0), ...u64(0)]]];
    },
    C,
    'has a tree whose chunks are out of order',
  ],
  [
    'a chunk that begins inside another',
    OLD,
    from('TREE\x01', 32, [1]),
    C,
    'has an index with chunk 0.',
  ],
  ['a chunk of 2^24 bytes', OLD, from('TREE\x01', 27, [1]), C, 'bytes in chunk 0, expected 1 to'],
  // Without bytes it would stand in the table as one that was never written, and be read as zeros.
  ['a chunk of no bytes', OLD, from('TREE\x01', 24, [0, 0]), C, 'has 0 bytes in chunk 0'],
  [
    'a chunk past the end',
    OLD,
    from('TREE\x01', 50, [9]),
    C,
    'has chunk 0 past the end of the file',
  ],
  ['an array of too few chunks', NEW, from('FAHD', 8, [1, 0]), C, 'an index of 1 chunks, expected'],
  [
    'entries of another length',
    NEW,
    within('X/indptr', 'filters', 1, [0]),
    C,
    'a chunk index with entries of',
  ],
  [
    'an array of impossible blocks',
    'grow-latest.h5ad',
    from('EAHD', 9, [3]),
    C,
    'impossible blocks',
  ],
];

describe('a damaged file fails with one sentence', () => {
  it.each(DAMAGES)('fails on %s', async (_, file, edit, errorClass, message) => {
    const bytes = hdf5Bytes(file);
    const damaged = damage(bytes, await edit(bytes));
    const reading = read(damaged, file);
    await expect(reading).rejects.toThrow(errorClass);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(file);
  });

  it.each(['10x-v3-earliest.h5', '10x-v3-latest.h5'])(
    'fails on a long shape in %s',
    async (file) => {
      const bytes = hdf5Bytes(file);
      const version = bytes[await messageAt(bytes, 'matrix/shape', 'dataspace')];
      const at = (await messageAt(bytes, 'matrix/shape', 'dataspace')) + (version === 1 ? 8 : 4);
      const reading = read(damage(bytes, [[at, [33]]]), file);
      await expect(reading).rejects.toThrow('has 33 elements, expected at most 32');
    },
  );

  it('fails on anything else that is called HDF5', async () => {
    const reading = read(new Uint8Array(5000), 'x.h5', { format: 'h5ad' });
    await expect(reading).rejects.toThrow('x.h5 is no HDF5 file: it has no superblock at byte 0');
  });

  it.each([OLD, NEW, NAMES])('fails on %s cut anywhere', async (file) => {
    const bytes = hdf5Bytes(file);
    for (let length = 1; length < bytes.length; length += 1 + Math.floor(length / 20)) {
      await expect(read(bytes.slice(0, length), file)).rejects.toThrow(file);
    }
  });
});
