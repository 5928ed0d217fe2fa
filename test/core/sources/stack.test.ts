import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPES } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { pinUnits } from '#core/sources/pin-source.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { canonicalRows, csrArbitrary, rowsOf } from '#support/csr-arbitrary.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { openUris } from '#support/open-matrix.ts';

/** Cuts a matrix into parts of whole rows. */
function cut({ shape, dtype, indptr, indices, data }: PlainCsr, cuts: readonly number[]) {
  const [rows = 0, columns = 0] = shape;
  const bounds = [0, ...cuts.map((at) => Math.min(at, rows)), rows].sort((a, b) => a - b);
  return bounds.slice(1).map((end, i): PlainCsr => {
    const start = bounds[i] ?? 0;
    const [first = 0, last = 0] = [indptr[start], indptr[end]];
    return {
      shape: [end - start, columns],
      dtype,
      indptr: indptr.slice(start, end + 1).map((bound) => bound - first),
      indices: indices.slice(first, last),
      data: data.slice(first, last),
    };
  });
}

function openParts(parts: readonly PlainCsr[]) {
  const uris = parts.map((_, i) => `s3://b/p/${String(i).padStart(3, '0')}.npz`);
  const store = memoryObjectStore(
    Object.fromEntries(parts.map((part, i) => [uris[i]!, writeNpz(part)])),
  );
  return { opening: openUris(store, ['s3://b/p/']), store, uris };
}

describe('parts of one matrix', () => {
  it.each(DTYPES)('of %s are read as one matrix, wherever it was cut', async (dtype) => {
    const cuts = fc.array(fc.nat(20), { maxLength: 5 });
    const property = fc.asyncProperty(csrArbitrary(dtype), cuts, async (csr, at) => {
      const { matrix } = await openParts(cut(csr, at)).opening;
      expect(matrix.shape).toEqual(csr.shape);
      expect(matrix.nnz).toBe(csr.indices.length);
      const bands = await Array.fromAsync(readIndptr(matrix, { bandBytes: 12 }));
      expect(bands.flatMap((band) => [...band])).toEqual(csr.indptr);
      const rows = { rowStart: 0, rowEnd: matrix.shape[0] };
      const slices = await Array.fromAsync(readSlices(matrix, rows, { sliceBytes: 40 }));
      expect(rowsOf(slices)).toEqual(canonicalRows(csr));
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('fail with the name of a damaged part and its own row', async () => {
    const part = { shape: [2, 3], dtype: 'int8', indptr: [0, 1, 1], indices: [0], data: [1] };
    const wrong = { ...part, indices: [3] } as PlainCsr;
    const { matrix } = await openParts([part as PlainCsr, wrong]).opening;
    const reading = Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 4 }));
    await expect(reading).rejects.toThrow('s3://b/p/001.npz has an entry in row 0 at column 3');
  });

  it.each([
    [{ shape: [1, 4] }, 'columns 4 instead of 3'],
    [{ dtype: 'int16' }, 'dtype int16 instead of int8'],
  ])('fail where they are not alike: %j', async (change, sentence) => {
    const part: PlainCsr = {
      shape: [1, 3],
      dtype: 'int8',
      indptr: [0, 1],
      indices: [0],
      data: [1],
    };
    const { opening } = openParts([part, { ...part, ...(change as Partial<PlainCsr>) }]);
    await expect(opening).rejects.toThrow(CorruptSourceError);
    await expect(opening).rejects.toThrow(
      `s3://b/p/001.npz has ${sentence} of s3://b/p/000.npz; all parts of a matrix`,
    );
  });
});

describe('the pin of a source', () => {
  const pin = (uri: string, etag = 'e') => ({ uri, etag, versionId: null, size: 2 });

  it('is that of its only object', async () => {
    const units = [{ uri: 's3://b/x', objects: [pin('s3://b/x')] }];
    expect(await pinUnits({ uris: ['s3://b/x'] }, units)).toEqual(pin('s3://b/x'));
  });

  it('changes with every version, name and order of its objects', async () => {
    const of = (...objects: ReturnType<typeof pin>[]) =>
      pinUnits({ uris: ['s3://b/p/'] }, [{ uri: 's3://b/p/', objects }]);
    const pins = await Promise.all([
      of(pin('a'), pin('b')),
      of(pin('b'), pin('a')),
      of(pin('a'), pin('b', 'f')),
      of(pin('a'), pin('c')),
      of(pin('a'), pin('b'), pin('c')),
    ]);
    expect(new Set(pins.map(({ etag }) => etag)).size).toBe(5);
    expect(pins[0]).toMatchObject({ uri: 's3://b/p/', versionId: null, size: 4 });
    expect(await of(pin('a'), pin('b'))).toEqual(pins[0]);
  });
});
