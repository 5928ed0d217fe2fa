import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { RequestError, UnsupportedSourceError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { h5ad, tenx } from '#core/sparse/formats/h5ad/h5ad.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import { withCounting } from '#support/counting-source.ts';
import { damage } from '#support/hdf5-damage.ts';
import { hdf5Bytes, hdf5Fixtures } from '#support/hdf5-fixtures.ts';
import { messageAt } from '#support/hdf5-place.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { readWhole } from '#support/read-whole.ts';

function inputOf(file: string) {
  const source = withCounting(memorySource(hdf5Bytes(file), file));
  const { uri, etag, size } = source;
  const pin = { uri, etag, versionId: null, size };
  const staged = memoryStageStore();
  const store: FormatInput['store'] = {
    pin: async () => pin,
    async *list() {
      yield pin;
    },
    open: () => source,
  };
  const input: FormatInput = { unit: { uri, objects: [pin] }, source, options: {}, store, staged };
  return { input, source, staged };
}

describe('the rounds of a matrix by rows', () => {
  it('are one round with a job per array in chunks', async () => {
    const { input } = inputOf('gzip-latest.h5ad');
    const jobs = [0, 1, 2].map((index) => ({ round: 'index', index }));
    expect(await h5ad.resolve(input)).toEqual({ jobs, shape: [30, 12] });
    await h5ad.stage?.({ round: 'index', index: 1 }, input);
    expect(await h5ad.resolve(input)).toEqual({ jobs: [jobs[0], jobs[2]], shape: [30, 12] });
  });

  it('are none if all arrays are in one piece', async () => {
    const { input, staged } = inputOf('whole-latest.h5ad');
    expect(await h5ad.resolve(input)).toHaveProperty('layout');
    expect(staged.objects.size).toBe(0);
  });

  it('leave the same tables if they are repeated', async () => {
    const { input, staged } = inputOf('gzip-latest.h5ad');
    await h5ad.stage?.({ round: 'index', index: 1 }, input);
    await h5ad.stage?.({ round: 'index', index: 1 }, input);
    expect([...staged.objects.keys()]).toEqual(['index/indices.chunks']);
  });
});

it('indexes a matrix by columns first, and then converts it to rows', async () => {
  const { input, staged } = inputOf('csc-latest.h5ad');
  for (const index of [0, 1, 2]) await h5ad.stage?.({ round: 'index', index }, input);
  expect(await h5ad.resolve(input)).toEqual({
    jobs: [{ round: 'whole', index: 0 }],
    shape: [30, 12],
    stored: { dtype: 'int32', entries: 108 },
  });
  await h5ad.stage?.({ round: 'whole', index: 0 }, input);
  expect(await h5ad.resolve(input)).toHaveProperty('layout');
  expect([...staged.objects.keys()]).toContain('csr/000000/indptr.npy');
});

it.each([
  ['gzip-latest.h5ad', 'index', 3],
  ['gzip-latest.h5ad', 'scan', 0],
  ['csc-latest.h5ad', 'whole', 0],
])('fails on a job that there is not: %s has no %s %i', async (file, round, index) => {
  const { input } = inputOf(file);
  await expect(h5ad.stage?.({ round, index }, input)).rejects.toThrow(RequestError);
});

it('is found by the first bytes, also after a user block of 512 bytes', () => {
  for (const format of [h5ad, tenx]) {
    expect(format.matches(hdf5Bytes('gzip-latest.h5ad'))).toBe(true);
    expect(format.matches(hdf5Bytes('user-block-latest.h5ad').slice(0, 1024))).toBe(true);
    expect(format.matches(new Uint8Array(1024))).toBe(false);
  }
});

it('reads a last chunk without filters if the file says that such chunks are not filtered', async () => {
  const file = 'gzip-latest.h5ad';
  const bytes = hdf5Bytes(file);
  const { matrix, file: name } = hdf5Fixtures.cases.find((known) => known.file === file)!;
  const expected = hdf5Fixtures.matrices[matrix]!;
  // 108 entries in chunks of 7: the last three are alone in theirs.
  const edge = new Float32Array(7);
  edge.set(expected.data.slice(-3).map(Number));
  const buffer = Buffer.from(bytes.buffer);
  const entryBytes = bytes[buffer.indexOf('FAHD') + 6]!;
  const entry = buffer.indexOf('FADB') + 14 + 15 * entryBytes;
  const address = [...new Uint8Array(BigUint64Array.of(BigInt(bytes.length)).buffer)];
  const damaged = damage(bytes, [
    [(await messageAt(bytes, 'X/data', 'layout')) + 2, [1]],
    [entry, [...address, edge.byteLength, ...new Array(entryBytes - 13).fill(0)]],
    [bytes.length, [...new Uint8Array(edge.buffer)]],
  ]);
  const { matrix: opened } = await openMatrix(memorySource(damaged, name));
  expect(await readWhole(opened)).toEqual(expected);
});

it('opens a small file in one read', async () => {
  const source = withCounting(memorySource(hdf5Bytes('whole-earliest.h5ad')));
  await openMatrix(source);
  expect(source.reads).toEqual([{ offset: 0, length: source.size }]);
});

it('opens a large file with one page per place that has headers', async () => {
  const { input, source } = inputOf('far-apart.h5ad');
  await h5ad.resolve(input);
  expect(source.reads.length).toBeLessThanOrEqual(4);
  for (const { length } of source.reads) expect(length).toBeLessThanOrEqual(64 * 1024);
});

it('fails on a file of datasets alone, and names what it holds', async () => {
  const reading = openMatrix(memorySource(hdf5Bytes('extensible-array.h5'), 'x.h5'));
  await expect(reading).rejects.toThrow(UnsupportedSourceError);
  await expect(reading).rejects.toThrow(/x\.h5 has no group X or matrix of .* it holds d, room;/);
});

it.each([
  ['user-block-1024.h5ad', true],
  ['user-block-2097152.h5ad', true],
  ['cases.json', false],
] as const)('knows %s by a second look: %s', async (file, isKnown) => {
  const bytes = file === 'cases.json' ? new Uint8Array(5000) : hdf5Bytes(file);
  expect(h5ad.matches(bytes.subarray(0, 1024))).toBe(false);
  const source = withCounting(memorySource(bytes));
  expect(await h5ad.looksLike!(source)).toBe(isKnown);
  for (const { length } of source.reads) expect(length).toBe(8);
});
