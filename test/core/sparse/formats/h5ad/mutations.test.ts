import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { FanoutError } from '#core/errors.ts';
import { findChecked, mendChecksums } from '#support/hdf5-damage.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { patience } from '#support/patience.ts';
import { readWhole } from '#support/read-whole.ts';

/** Between them these have every structure that is read. */
const FILES = [
  'gzip-earliest.h5ad',
  'grow-latest.h5ad',
  'gzip-latest.h5ad',
  'many-attributes-latest.h5ad',
  'all-filters-latest.h5ad',
  'anndata-csr.h5ad',
  '10x-v3-earliest.h5',
  '10x-v2.h5',
];

const RUNS = Number(process.env['HDF5_RUNS'] ?? 400);
const SEED = Number(process.env['HDF5_SEED'] ?? 5);

/** Bytes near others that are not zero: in the much larger rest there is nothing. */
function findUsed(bytes: Uint8Array): number[] {
  return [...bytes.keys()].filter((at) => bytes.subarray(at, at + 4).some((byte) => byte !== 0));
}

const sources = FILES.map((file) => {
  const bytes = hdf5Bytes(file);
  return { file, bytes, used: findUsed(bytes), checked: findChecked(bytes) };
});

const byte = fc.oneof(fc.constantFrom(0, 1, 2, 8, 127, 128, 255), fc.nat(255));
const mutation = fc.record({
  source: fc.constantFrom(...sources),
  changes: fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 4 }),
  isMended: fc.boolean(),
  cut: fc.oneof({ weight: 19, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat() }),
});

it('fails soon and with an error of ours if any bytes are changed or missing', async () => {
  await fc.assert(
    fc.asyncProperty(mutation, async ({ source, changes, isMended, cut }) => {
      const { bytes, used, checked, file } = source;
      const damaged = bytes.slice(0, cut === null ? bytes.length : cut % bytes.length);
      for (const [at, value] of changes) damaged[used[at % used.length]!] = value;
      if (isMended && cut === null) mendChecksums(damaged, checked);
      const started = performance.now();
      try {
        const { matrix } = await openMatrix(memorySource(damaged, file));
        await readWhole(matrix);
      } catch (error) {
        expect(error).toBeInstanceOf(FanoutError);
      }
      expect(performance.now() - started).toBeLessThan(patience(1_000));
    }),
    { numRuns: RUNS, seed: SEED },
  );
});
