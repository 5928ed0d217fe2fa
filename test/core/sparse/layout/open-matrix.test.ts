import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError, FanoutError, UnsupportedSourceError } from '#core/errors.ts';
import { parseLayout } from '#core/sources/open-source.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { withCounting } from '#support/counting-source.ts';
import { golden, goldenBytes, storedCsrCases } from '#support/golden.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

/** Opens a file, checks its whole `indptr` and reads its rows: all that plan and write do. */
async function readWhole(bytes: Uint8Array, uri: string): Promise<void> {
  const source = memorySource(bytes, uri);
  const { matrix } = await openMatrix(source);
  for await (const _ of readIndptr(matrix));
  const rows = { rowStart: 0, rowEnd: matrix.shape[0] };
  for await (const _ of readSlices(matrix, rows));
}

describe('golden files', () => {
  it.each(storedCsrCases)('opens $id in one read', async ({ file, shape, stored, dtype }) => {
    const source = withCounting(memorySource(goldenBytes(file)));
    const { layout, part } = await openMatrix(source);
    expect(layout).toMatchObject({ format: 'npz', shape, nnz: stored });
    expect(part.data.bigEndian).toBe(dtype.startsWith('>'));
    expect(source.reads).toEqual([{ offset: 0, length: source.size }]);
    expect(parseLayout(JSON.stringify(layout))).toEqual(layout);
  });

  it.each(golden.cases.filter(({ compressed }) => compressed))(
    'opens $id, which is compressed, where it lies',
    async ({ file, shape, stored }) => {
      const { layout, part } = await openMatrix(memorySource(goldenBytes(file), file));
      expect(layout).toMatchObject({ format: 'npz', shape, nnz: stored });
      expect(part.data.stream).toMatchObject({ kind: 'deflate', object: 0 });
      const names = part.objects.map(({ uri }) => uri.replace(/^.*\/index\//, 'index/'));
      expect(names).toEqual([file, 'index/indptr.idx', 'index/indices.idx', 'index/data.idx']);
      expect(parseLayout(JSON.stringify(layout))).toEqual(layout);
    },
  );

  it.each(golden.cases.filter(({ format }) => format !== 'csr'))(
    'opens $id as a CSR part that was staged',
    async ({ file, format, shape, stored }) => {
      const { layout, part } = await openMatrix(memorySource(goldenBytes(file), file));
      // Of DIA the golden set counts padding and zeros too, which tocsr() drops.
      const nnz = format === 'dia' ? 26 : stored;
      expect(layout).toMatchObject({ format: 'npz', shape, nnz });
      expect(part.uri).toMatch(/\/csr\/000000\/data\.npy$/);
      expect(parseLayout(JSON.stringify(layout))).toEqual(layout);
    },
  );
});

const REFUSALS = [
  ['indptr-not-monotone', CorruptSourceError, /damaged indptr: row 2 ends at|row 3 ends at/],
  ['indptr-start', CorruptSourceError, /row 0 starts at entry 1, expected 0/],
  ['indptr-past-data', CorruptSourceError, /indptr that ends with \d+, expected 0 to \d+/],
  ['indptr-length', CorruptSourceError, /9 elements in indptr, expected 10 for 9 rows/],
  ['index-too-big', CorruptSourceError, /entry in row \d at column 6, but only 6 columns/],
  ['index-negative', CorruptSourceError, /entry in row \d at column -1, but only 6 columns/],
  ['data-short', CorruptSourceError, /\d+ elements in indices and \d+ in data/],
  ['not-sparse', UnsupportedSourceError, /holds arr_0.npy, but no format.npy/],
  ['unknown-format', UnsupportedSourceError, /in the unknown format "lil"/],
  ['complex', UnsupportedSourceError, /data.npy in .* complex numbers of type <c16.*matrix.real/],
  ['longdouble', UnsupportedSourceError, /long doubles of type <f16.*astype\('float64'\)/],
  ['object', UnsupportedSourceError, /pickled Python objects of type \|O/],
  ['truncated', CorruptSourceError, /begins as a zip file but has no end record/],
  ['not-a-zip', UnsupportedSourceError, /is one array of NumPy \(\.npy\), not a sparse matrix/],
  ['empty', CorruptSourceError, /is empty \(0 bytes\)/],
  ['data-2d', CorruptSourceError, /data.npy in .* has 2 dimensions \(\d+ × 1\), expected one/],
  ['negative-shape', CorruptSourceError, /has shape -1 × 6/],
  ['crc-broken-deflate', CorruptSourceError, /data.npy in .* is damaged: its CRC-32 is/],
] as const;

describe('invalid golden files', () => {
  it('lists every one of them', () => {
    const files = golden.invalid.map(({ file }) => file).sort();
    expect(files).toEqual(REFUSALS.map(([id]) => `invalid/${id}.npz`).sort());
  });

  it.each(REFUSALS)('fails on %s with one sentence', async (id, errorClass, sentence) => {
    const file = `invalid/${id}.npz`;
    const reading = readWhole(goldenBytes(file), file);
    await expect(reading).rejects.toThrow(errorClass);
    await expect(reading).rejects.toThrow(sentence);
    await expect(reading).rejects.toThrow(file);
  });
});

it('opens a large file in four reads of less than 80 KiB together', async () => {
  const rows = 30_000;
  const entries = 60_000;
  const bytes = writeNpz({
    shape: [rows, 1_000],
    dtype: 'int64',
    indptr: Array.from({ length: rows + 1 }, (_, row) => row * 2),
    indices: Array.from({ length: entries }, (_, k) => k % 1_000),
    data: Array.from({ length: entries }, (_, k) => BigInt(k)),
  });
  const source = withCounting(memorySource(bytes));
  const { layout } = await openMatrix(source);
  expect(layout).toMatchObject({ shape: [rows, 1_000], dtype: 'int64', nnz: entries });
  expect(source.reads).toHaveLength(4);
  expect(source.bytesRead).toBeLessThan(80 * 1024);
});

it('opens a large file with members in another order in four reads', async () => {
  const entries = 100_000;
  const bytes = writeNpz(
    {
      shape: [1, entries],
      dtype: 'float64',
      indptr: [0, entries],
      indices: Array.from({ length: entries }, (_, k) => k),
      data: Array.from({ length: entries }, (_, k) => k / 2),
    },
    { order: ['shape', 'data', 'format', 'indices', 'indptr'], comment: 'x'.repeat(65_535) },
  );
  const source = withCounting(memorySource(bytes));
  expect((await openMatrix(source)).layout).toMatchObject({ nnz: entries });
  expect(source.reads).toHaveLength(4);
});

it('fails with an error of ours if any bytes are damaged or missing', async () => {
  const bytes = goldenBytes('inputs/zip-zip64.npz');
  const damage = fc.record({
    cut: fc.option(fc.nat(bytes.length), { freq: 3 }),
    changes: fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ cut, changes }) => {
      const damaged = bytes.slice(0, cut ?? bytes.length);
      for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
      await readWhole(damaged, 'damaged.npz').catch((error: unknown) => {
        expect(error).toBeInstanceOf(FanoutError);
      });
    }),
    { numRuns: 1_000 },
  );
});
