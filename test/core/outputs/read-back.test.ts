import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { encodeOutput, factsOfSlice } from '#support/encode-output.ts';
import { openMatrix } from '#support/open-matrix.ts';

type Entry = readonly [row: number, column: number, value: number];

function entriesOf({ rowStart, indptr, indices, data }: CsrSlice): Entry[] {
  return Array.from(indices, (column, entry) => {
    const row = indptr.findLastIndex((bound) => bound <= entry);
    return [rowStart + row, column, Number(data[entry])] as const;
  });
}

async function readBack(bytes: Buffer, name: string, options: SourceOptions) {
  const { matrix } = await openMatrix(memorySource(new Uint8Array(bytes), name), options);
  const entries: Entry[] = [];
  for await (const slice of readSlices(matrix, { rowStart: 0, rowEnd: matrix.shape[0] })) {
    entries.push(...entriesOf(slice));
  }
  return { shape: matrix.shape, dtype: matrix.dtype, entries };
}

/** Matrices that the readers of all formats take: exact as doubles, and with entries. */
const readable = matrices.filter(({ slice, options }) => {
  return !['int64', 'uint64'].includes(options.dtype) && slice.nnz > 0;
});

const SPECS: readonly MatrixOutputSpec[] = [
  { kind: 'npz' },
  { kind: 'mtx', compression: 'none' },
  { kind: 'mtx', compression: 'gzip' },
  { kind: 'svmlight', zeroBased: true, compression: 'none' },
  { kind: 'svmlight', zeroBased: false, compression: 'gzip' },
];

describe.each(SPECS)('an output as $kind', (spec) => {
  it('is read as a source with the same entries', async () => {
    await fc.assert(
      fc.asyncProperty(readable, fc.array(fc.nat(12), { maxLength: 3 }), async (given, cuts) => {
        const { slice, options } = given;
        const { columns, dtype } = options;
        const expected = entriesOf(slice);
        const { bytes } = encodeOutput(spec, factsOfSlice(slice, options), cutSlice(slice, cuts));
        const said =
          spec.kind === 'svmlight' ? { columns, zeroBased: spec.zeroBased } : ({} as const);
        const found = await readBack(bytes, 'chunk', said);
        expect(found.shape).toEqual([slice.rowEnd, columns]);
        expect(found.entries).toEqual(expected);
        if (spec.kind === 'npz') expect(found.dtype).toBe(dtype === 'float16' ? 'float32' : dtype);
      }),
      { numRuns: 40 },
    );
  });
});
