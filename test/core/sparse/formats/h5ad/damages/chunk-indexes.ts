import { CorruptSourceError } from '#core/errors.ts';
import { type Damage, find, from, NOWHERE, u64, within } from './edits.ts';

const OLD = 'gzip-earliest.h5ad';
const NEW = 'gzip-latest.h5ad';
const C = CorruptSourceError;

/** Where a layout message refers to a tree of chunks. */
function treeOf(bytes: Uint8Array, tree: number): number {
  return Buffer.from(bytes.buffer).indexOf(Buffer.from([3, 2, 2, ...u64(tree)])) + 3;
}

/** What is wrong with an index of chunks. */
export const CHUNK_INDEXES: readonly Damage[] = [
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
