import { lookup3 } from '#core/containers/hdf5/lookup3.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type Change, findChecked } from '#support/hdf5-damage.ts';
import { messageAt } from '#support/hdf5-place.ts';
import { type Damage, find, from, isAt, NOWHERE, u64, within } from './edits.ts';

const OLD = 'gzip-earliest.h5ad';
const NEW = 'gzip-latest.h5ad';
const NAMES = 'many-names-latest.h5ad';
const C = CorruptSourceError;
const U = UnsupportedSourceError;
const B = BoundExceededError;

/** What is wrong with the superblock, headers, groups and heaps of a file. */
export const STRUCTURE: readonly Damage[] = [
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
];
