import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import {
  CorruptSourceError,
  FanoutError,
  RequestError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import { npz } from '#core/sparse/formats/npz/npz.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { type CountingSource, withCounting } from '#support/counting-source.ts';
import { csrArbitrary } from '#support/csr-arbitrary.ts';
import { npyArray, npyString } from '#support/npz/npy.ts';
import { csrMembers, type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { writeZip } from '#support/npz/zip.ts';
import { openMatrix } from '#support/open-matrix.ts';

const SMALL: PlainCsr = {
  shape: [2, 5],
  dtype: 'float64',
  indptr: [0, 1, 3],
  indices: [0, 1, 4],
  data: [1, 2, 3],
};

/** Long enough for checkpoints: 2 MiB of `indptr`, 7 MiB of `indices` and 14 of `data`. */
const ROWS = 600_000;
const ENTRIES = 3 * ROWS;
const LARGE: PlainCsr = {
  shape: [ROWS, 9000],
  dtype: 'int64',
  indptr: Array.from({ length: ROWS + 1 }, (_, row) => 3 * row),
  indices: Array.from({ length: ENTRIES }, (_, k) => (k % 3) * 3000 + ((k * k) % 2999)),
  data: Array.from({ length: ENTRIES }, (_, k) => 1 + ((k * 7919) % 11 < 2 ? k % 5 : 0)),
};

interface Staging extends FormatInput {
  readonly source: CountingSource;
  readonly staged: MemoryStageStore;
}

function inputOf(bytes: Uint8Array<ArrayBuffer>): Staging {
  const source = withCounting(memorySource(bytes, 'x.npz'));
  const { uri, etag, size } = source;
  const unit = { uri, objects: [{ uri, etag, versionId: null, size }] };
  const store = {
    pin: () => Promise.reject(new Error('nothing is pinned')),
    async *list() {},
    open: () => source,
  };
  return { unit, source, options: {}, store, staged: memoryStageStore() };
}

async function rowsOf(bytes: Uint8Array): Promise<readonly CsrSlice[]> {
  const { matrix } = await openMatrix(memorySource(bytes, 'x.npz'));
  return await Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: matrix.shape[0] }));
}

const jobs = (...tasks: readonly number[]) => ({
  jobs: tasks.map((index) => ({ round: 'index', index })),
  shape: [2, 5],
});

describe('a compressed matrix', () => {
  test('has the rows of the same matrix stored without compression', async () => {
    const written = fc.record({ zip64: fc.boolean(), dataDescriptors: fc.boolean() });
    const matrices = fc.oneof(csrArbitrary('int64'), csrArbitrary('float32'));
    await fc.assert(
      fc.asyncProperty(matrices, written, async (csr, options) => {
        const compressed = writeNpz(csr, { ...options, compress: true });
        expect(await rowsOf(compressed)).toEqual(await rowsOf(writeNpz(csr)));
      }),
      { numRuns: 100 },
    );
  });

  test('is converted, in any format, like one without compression', async () => {
    const arrays = {
      'format.npy': npyString('coo'),
      'shape.npy': npyArray([3, 4], 'int64'),
      'row.npy': npyArray([2, 0, 2], 'int32'),
      'col.npy': npyArray([3, 1, 0], 'int32'),
      'data.npy': npyArray([1, 2, 3], 'float64'),
    };
    const members = { ...csrMembers(SMALL), 'format.npy': npyString('csc') };
    const csc = { ...members, 'shape.npy': npyArray([5, 2], 'int64') };
    for (const some of [arrays, csc]) {
      expect(await rowsOf(writeZip(some, { compress: true }))).toEqual(
        await rowsOf(writeZip(some)),
      );
    }
  });

  test('can be read in the middle without the rest', async () => {
    const bytes = writeNpz(LARGE, { compress: true });
    const source = withCounting(memorySource(bytes, 'x.npz'));
    const { matrix } = await openMatrix(source);
    const before = source.bytesRead;
    const rows = { rowStart: 500_000, rowEnd: 500_010 };
    const [slice] = await Array.fromAsync(readSlices(matrix, rows));
    expect(slice?.indices).toEqual(Int32Array.from(LARGE.indices.slice(1_500_000, 1_500_030)));
    expect(source.bytesRead - before).toBeLessThan(0.6 * bytes.length);
  });
});

describe('the jobs of a compressed matrix', () => {
  test('are one per array, and finished ones are not returned again', async () => {
    const input = inputOf(writeNpz(SMALL, { compress: true }));
    const stored = { dtype: 'float64', entries: 3 };
    expect(await npz.resolve(input)).toEqual({ ...jobs(0, 1, 2), stored });
    await npz.stage?.({ round: 'index', index: 1 }, input);
    expect([...input.staged.objects.keys()]).toEqual(['index/indices.idx']);
    expect(await npz.resolve(input)).toEqual({ ...jobs(0, 2), stored });
    for (const index of [0, 1, 2]) await npz.stage?.({ round: 'index', index }, input);
    expect(await npz.resolve(input)).toMatchObject({ layout: { nnz: 3 } });
  });

  test('are none for arrays without compression', async () => {
    const members = csrMembers(SMALL);
    const stored = writeZip(members);
    const input = inputOf(stored);
    expect(await npz.resolve(input)).toMatchObject({ layout: { nnz: 3 } });
    await expect(npz.stage?.({ round: 'index', index: 0 }, input)).rejects.toThrow(RequestError);
    await expect(npz.stage?.({ round: 'index', index: 0 }, input)).rejects.toThrow(
      'x.npz has 0 compressed arrays, so there is no job 0',
    );
    await expect(npz.stage?.({ round: 'scan', index: 0 }, input)).rejects.toThrow(
      'x.npz is CSR, which has no jobs of a round "scan"',
    );
  });

  test('read their array once, or nothing if they are done already', async () => {
    const bytes = writeNpz(LARGE, { compress: true });
    const input = inputOf(bytes);
    await npz.resolve(input);
    const before = input.source.bytesRead;
    await npz.stage?.({ round: 'index', index: 2 }, input);
    expect(input.source.bytesRead - before).toBeLessThan(bytes.length);
    expect(input.source.mostAtOnce).toBeLessThanOrEqual(9);
    const index = input.staged.objects.get('index/data.idx');
    const after = input.source.bytesRead;
    await npz.stage?.({ round: 'index', index: 2 }, input);
    expect(input.source.bytesRead - after).toBeLessThan(80_000);
    expect(input.staged.objects.get('index/data.idx')).toBe(index);
  });

  test('stop when their signal is aborted', async () => {
    const input = inputOf(writeNpz(SMALL, { compress: true }));
    const signal = AbortSignal.abort(new Error('time is up'));
    await expect(npz.stage?.({ round: 'index', index: 0 }, input, signal)).rejects.toThrow(
      'time is up',
    );
    expect(input.staged.objects.size).toBe(0);
  });

  test('begin only after the headers are checked: a type that is not supported is refused before', async () => {
    const members = csrMembers(SMALL);
    const header = `{'descr': '<c16', 'fortran_order': False, 'shape': (3,), }`;
    const complex = Buffer.from(members['data.npy']!);
    complex.write(header, 10, 'latin1');
    const bytes = writeZip({ ...members, 'data.npy': complex }, { compress: true });
    await expect(npz.resolve(inputOf(bytes))).rejects.toThrow(UnsupportedSourceError);
    await expect(npz.resolve(inputOf(bytes))).rejects.toThrow('data.npy in x.npz holds complex');
  });
});

describe('a damaged member', () => {
  const members = csrMembers(SMALL);

  /** Writes the directory's entry of one compressed member anew. */
  function patchEntry(name: string, at: number, value: number) {
    const bytes = Buffer.from(writeZip(members, { compress: true }));
    bytes.writeUInt32LE(value, bytes.lastIndexOf(name) - 46 + at);
    return new Uint8Array(bytes);
  }

  test.each([
    ['a wrong CRC-32 of format', 'format.npy', 16, 7, 'format.npy in x.npz is damaged: its CRC-32'],
    ['a wrong CRC-32 of data', 'data.npy', 16, 7, 'data.npy in x.npz is damaged: its CRC-32'],
    ['a bomb of a shape', 'shape.npy', 24, 0x7fffffff, 'expected a short value of at most'],
    ['a bomb of an array', 'data.npy', 24, 0x7fffffff, 'should hold 3 elements in 24 bytes'],
    ['fewer bytes in format', 'format.npy', 24, 500, 'holds 131 bytes in its first'],
  ])('fails on %s', async (_, name, at, value, sentence) => {
    const opening = () => openMatrix(memorySource(patchEntry(name, at, value), 'x.npz'));
    await expect(opening()).rejects.toThrow(CorruptSourceError);
    await expect(opening()).rejects.toThrow(sentence);
  });

  test('fails on an array that claims more bytes than deflate can hold, without reading it', async () => {
    const claim = 2 ** 28;
    const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${claim / 8},), }`;
    const data = Buffer.concat([npyArray([], 'float64'), Buffer.alloc(100)]);
    data.write(header.padEnd(117), 10, 'latin1');
    const bytes = Buffer.from(writeZip({ ...members, 'data.npy': data }, { compress: true }));
    bytes.writeUInt32LE(claim + 128, bytes.lastIndexOf('data.npy') - 46 + 24);
    const input = inputOf(new Uint8Array(bytes));
    await expect(npz.stage?.({ round: 'index', index: 2 }, input)).rejects.toThrow(
      'data.npy in x.npz claims 268435584 bytes in',
    );
  });

  test('fails with an error of ours if any bytes are changed, unless the rows are the same', async () => {
    const bytes = writeNpz(SMALL, { compress: true });
    const rows = await rowsOf(bytes);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, bits] of changes) damaged[at]! ^= bits;
        const outcome = await rowsOf(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FanoutError);
        else expect(outcome).toEqual(rows);
      }),
      { numRuns: 1000 },
    );
  });
});
