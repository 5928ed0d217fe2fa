import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type Damage, from, u64, within } from './edits.ts';

const OLD = 'gzip-earliest.h5ad';
const NEW = 'gzip-latest.h5ad';
const C = CorruptSourceError;
const U = UnsupportedSourceError;
const B = BoundExceededError;

/** What is wrong with an attribute, a dataset or its filters. */
export const DATASETS: readonly Damage[] = [
  // Attributes.
  [
    'an attribute of another version',
    OLD,
    within('X', 'attribute', 0, [9]),
    C,
    'an attribute of version 9',
  ],
  [
    'an attribute whose type lies in a table of shared messages',
    NEW,
    within('X', 'attribute', 1, [1]),
    U,
    'shares a part of its header by version 25',
  ],
  [
    'an attribute whose shape lies elsewhere',
    NEW,
    within('X', 'attribute', 1, [2]),
    U,
    'whose shape lies elsewhere',
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
  [
    'an enumeration of three names',
    'dtype-bool.h5ad',
    within('X/data', 'datatype', 1, [3]),
    U,
    'of 1 bytes", allowed are bool',
  ],
  [
    'a shape that lies elsewhere',
    OLD,
    within('X/data', 'dataspace', -4, [2]),
    U,
    'shares another part of its header',
  ],
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
];
