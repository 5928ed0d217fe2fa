import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { csrMembers, type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { writeZip } from '#support/npz/zip.ts';
import { openMatrix } from '#support/open-matrix.ts';

const MATRIX: PlainCsr = {
  shape: [2, 5],
  dtype: 'float64',
  indptr: [0, 1, 3],
  indices: [0, 1, 4],
  data: [1, 2, 3],
};
const BYTES = writeNpz(MATRIX);
const ZIP64 = writeNpz(MATRIX, { zip64: true });
const SIGNATURES = { local: 'PK\x03\x04', entry: 'PK\x01\x02', end: 'PK\x05\x06' };
const ZIP64_SIGNATURES = { end64: 'PK\x06\x06', locator: 'PK\x06\x07' };

function open(bytes: Uint8Array) {
  return openMatrix(memorySource(bytes, 'x.npz'));
}

/** Changes bytes from `at` bytes after the first record of a signature. */
function patch(bytes: Uint8Array, signature: string, at: number, values: readonly number[]) {
  const copy = new Uint8Array(bytes);
  copy.set(values, Buffer.from(bytes).indexOf(signature, 0, 'latin1') + at);
  return copy;
}

/**
 * Puts bytes before the first record of a signature; nothing that points behind them is changed.
 */
function insert(bytes: Uint8Array, signature: string, added: Uint8Array) {
  const at = Buffer.from(bytes).indexOf(signature, 0, 'latin1');
  return new Uint8Array([...bytes.subarray(0, at), ...added, ...bytes.subarray(at)]);
}

/** A directory that ends with half an entry. */
function withHalfEntry() {
  const end = Buffer.from(BYTES).indexOf(SIGNATURES.end, 0, 'latin1');
  const directoryBytes = Buffer.from(BYTES).readUInt16LE(end + 12) + 20;
  const longer = insert(BYTES, SIGNATURES.end, new Uint8Array(20));
  return patch(longer, SIGNATURES.end, 12, [directoryBytes % 256, directoryBytes >> 8]);
}

/** Changes the directory's entry of one member. */
function patchEntry(name: string, at: number, values: readonly number[]) {
  const copy = new Uint8Array(BYTES);
  copy.set(values, Buffer.from(BYTES).lastIndexOf(name, undefined, 'latin1') - 46 + at);
  return copy;
}

it.each([
  ['zip64 records', { zip64: true }],
  ['data descriptors', { dataDescriptors: true }],
  ['zip64 records and data descriptors', { zip64: true, dataDescriptors: true }],
  ['a comment', { comment: 'made by a person' }],
  ['a comment that looks like an end record', { comment: `${SIGNATURES.end}${'\0'.repeat(30)}` }],
  ['a comment as long as can be', { comment: 'x'.repeat(65_535) }],
  ['npy headers of version 3', { version: 3 }],
  ['members in reverse', { order: ['data', 'shape', 'format', 'indptr', 'indices'] }],
] as const)('opens a file with %s', async (_, options) => {
  const { parts: _plain, ...plain } = (await open(BYTES)).layout;
  const { parts, ...facts } = (await open(writeNpz(MATRIX, options))).layout;
  expect(facts).toEqual(plain);
  expect(parts).toMatchObject([{ uri: 'x.npz', rows: 2, nnz: 3 }]);
});

it('ignores unknown members, also compressed ones', async () => {
  const more = { 'notes.txt': Buffer.from('hello'), '_is_array.npy': Buffer.of(1) };
  const bytes = writeZip({ ...more, ...csrMembers(MATRIX) });
  const entry = Buffer.from(bytes).lastIndexOf('notes.txt') - 46;
  bytes[entry + 10] = 8;
  expect((await open(bytes)).layout).toMatchObject({ shape: [2, 5], nnz: 3 });
});

it('passes over bytes behind the end of the zip file, as numpy.load does', async () => {
  for (const added of ['\n', '\0', 'x'.repeat(100)]) {
    const { layout } = await open(new Uint8Array([...BYTES, ...Buffer.from(added)]));
    expect(layout.parts[0]).toMatchObject({ rows: 2, nnz: 3 });
  }
});

describe('the end of the zip file', () => {
  it.each([
    ['no end record', BYTES.slice(0, -22), CorruptSourceError, 'has no end record'],
    ['nothing but a signature', Buffer.from(SIGNATURES.local, 'latin1'), CorruptSourceError, 'cut'],
    [
      'several disks',
      patch(BYTES, SIGNATURES.end, 4, [2]),
      UnsupportedSourceError,
      'is disk 2 of a split zip archive',
    ],
    [
      'a directory past its end',
      patch(BYTES, SIGNATURES.end, 16, [0xff, 0xff, 0xff, 0]),
      CorruptSourceError,
      'at offset 16777215, which does not end where its end records begin',
    ],
    [
      'saturated sizes, but no zip64 record',
      patch(BYTES, SIGNATURES.end, 12, new Array(8).fill(0xff)),
      CorruptSourceError,
      'directory of 4294967295 bytes at offset 4294967295',
    ],
    [
      'a locator that points nowhere',
      patch(ZIP64, ZIP64_SIGNATURES.locator, 8, [0]),
      CorruptSourceError,
      'points at no zip64 record',
    ],
    [
      'a locator that points outside',
      patch(ZIP64, ZIP64_SIGNATURES.locator, 15, [0xff]),
      CorruptSourceError,
      'points at no zip64 record',
    ],
    [
      'a zip64 directory outside',
      patch(ZIP64, ZIP64_SIGNATURES.end64, 55, [0xff]),
      CorruptSourceError,
      'does not end where its end records begin',
    ],
    // Python adds the bytes before it to all offsets, and may find other members there.
    [
      'bytes before the directory',
      insert(BYTES, SIGNATURES.entry, new Uint8Array(7)),
      CorruptSourceError,
      'does not end where its end records begin',
    ],
    [
      'bytes before zip64 records',
      insert(ZIP64, ZIP64_SIGNATURES.end64, new Uint8Array(7)),
      CorruptSourceError,
      'points at no zip64 record',
    ],
    ['no members', writeZip({}), UnsupportedSourceError, 'holds nothing, but no format.npy'],
  ])('fails on %s', async (_, bytes, errorClass, sentence) => {
    await expect(open(bytes)).rejects.toThrow(errorClass);
    await expect(open(bytes)).rejects.toThrow(sentence);
  });

  it('fails on a directory that is too long, before it is read', async () => {
    const names = Array.from({ length: 12_000 }, (_, i) => [`${'x'.repeat(60)}${i}`, Buffer.of()]);
    const bytes = writeZip(Object.fromEntries(names));
    await expect(open(bytes)).rejects.toThrow(BoundExceededError);
    await expect(open(bytes)).rejects.toThrow('allowed are 1048576');
  });
});

describe('the zip directory', () => {
  it.each([
    [
      'a damaged entry',
      patch(BYTES, SIGNATURES.entry, 0, [0]),
      'a damaged zip directory at offset',
    ],
    ['a name past its end', patch(BYTES, SIGNATURES.entry, 29, [0x70]), 'a damaged zip directory'],
    ['an end inside an entry', withHalfEntry(), 'a damaged zip directory'],
    ['another member count', patch(BYTES, SIGNATURES.end, 10, [4]), 'should hold 4 members'],
    [
      'saturated fields, but no zip64 extra',
      patch(BYTES, SIGNATURES.entry, 20, new Array(4).fill(0xff)),
      'a damaged zip directory',
    ],
    [
      'a zip64 extra that is too short',
      patch(ZIP64, '\x01\0\x18\0', 2, [8]),
      'a damaged zip directory',
    ],
    [
      'an extra field past its end',
      patch(ZIP64, '\x01\0\x18\0', 3, [1]),
      'a damaged zip directory',
    ],
  ])('fails on %s', async (_, bytes, sentence) => {
    await expect(open(bytes)).rejects.toThrow(CorruptSourceError);
    await expect(open(bytes)).rejects.toThrow(sentence);
  });

  it('fails on two members with the same name', async () => {
    const bytes = Buffer.from(writeZip({ 'a.npy': Buffer.of(1), 'b.npy': Buffer.of(2) }));
    bytes.write('a.npy', bytes.lastIndexOf('b.npy'));
    await expect(open(bytes)).rejects.toThrow('x.npz holds two members named a.npy');
  });
});

describe('members', () => {
  it.each([
    [
      'encrypted',
      patchEntry('data.npy', 8, [1]),
      UnsupportedSourceError,
      'x.npz is encrypted (data.npy); save it with scipy.sparse.save_npz(path, matrix)',
    ],
    [
      'compressed by something else',
      patchEntry('data.npy', 10, [93]),
      UnsupportedSourceError,
      '(data.npy by zip method 93), which NumPy does not write',
    ],
    [
      'of two stored sizes',
      patchEntry('data.npy', 20, [0]),
      CorruptSourceError,
      'no local header for data.npy',
    ],
    [
      'longer than the file',
      patchEntry('data.npy', 20, [0, 0, 1, 0, 0, 0, 1, 0]),
      CorruptSourceError,
      'has 65536 bytes of data.npy at offset',
    ],
    [
      'without a local header',
      patch(BYTES, SIGNATURES.local, 31, [0x58]),
      CorruptSourceError,
      'no local header for indices.npy at offset 0',
    ],
    [
      'at an offset past the file',
      patchEntry('data.npy', 42, [0xff, 0xff, 0xff]),
      CorruptSourceError,
      '30 bytes at offset 16777215',
    ],
    [
      'at the local header of another',
      patchEntry('data.npy', 42, [0, 0, 0, 0]),
      CorruptSourceError,
      'no local header for data.npy at offset 0',
    ],
  ])('fails on one that is %s', async (_, bytes, errorClass, sentence) => {
    await expect(open(bytes)).rejects.toThrow(errorClass);
    await expect(open(bytes)).rejects.toThrow(sentence);
  });

  it('fails on a local header whose signature is damaged', async () => {
    const at = Buffer.from(BYTES).indexOf('indptr.npy') - 30;
    await expect(open(BYTES.with(at, 0))).rejects.toThrow('no local header for indptr.npy');
  });

  it('fails if an array is missing, and lists those that are there', async () => {
    const { 'data.npy': _, ...rest } = csrMembers(MATRIX);
    await expect(open(writeZip(rest))).rejects.toThrow(CorruptSourceError);
    await expect(open(writeZip(rest))).rejects.toThrow(
      'x.npz holds indices.npy, indptr.npy, format.npy, shape.npy, but no data.npy, which its format needs; save it again with scipy.sparse.save_npz',
    );
  });

  it('fails when an array is shorter than its header says', async () => {
    const members = csrMembers(MATRIX);
    const short = members['data.npy']?.slice(0, -1) ?? Buffer.of();
    await expect(open(writeZip({ ...members, 'data.npy': short }))).rejects.toThrow(
      'data.npy in x.npz should hold 3 elements in 24 bytes, got 23 bytes',
    );
  });
});
