import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { SvmlightSpec } from '#core/outputs/svmlight/svmlight-spec.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { encodeOutput, factsOfSlice } from '#support/encode-output.ts';

const PLAIN: SvmlightSpec = { kind: 'svmlight', zeroBased: true, compression: 'none' };

const FACTS: MatrixInfo = { shape: [3, 1000], dtype: 'float64', nnz: 5 };

const SLICE: CsrSlice = {
  ...{ rowStart: 0, rowEnd: 3, nnz: 5, indptr: Int32Array.of(0, 3, 3, 5) },
  indices: Int32Array.of(0, 9, 999, 1, 2),
  data: Float64Array.of(1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 0),
};

const textOf = (spec: SvmlightSpec, slice = SLICE, facts = FACTS) =>
  encodeOutput(spec, facts, [slice]).bytes.toString();

/** What the encoder must write, entry by entry. */
function naiveText({ indptr, indices, data }: CsrSlice, isFloat: boolean): string {
  const value = (entry: number) => {
    const stored = data[entry]!;
    if (!isFloat || typeof stored === 'bigint') return String(stored);
    if (!Number.isFinite(stored)) return String(stored).replace('Infinity', 'inf').toLowerCase();
    const text = Object.is(stored, -0) ? '-0' : String(stored);
    if (Math.abs(stored) >= 1e16 || (stored !== 0 && Math.abs(stored) < 1e-4)) {
      return stored.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
    }
    return Number.isInteger(stored) ? `${text}.0` : text;
  };
  return Array.from({ length: indptr.length - 1 }, (_, row) => {
    const entries = Array.from(indices.subarray(indptr[row], indptr[row + 1]), (column, at) => {
      return ` ${column}:${value(indptr[row]! + at)}`;
    });
    return `0${entries.join('')}\n`;
  }).join('');
}

describe('svmlight', () => {
  it('has a line per row, with the columns counted as the request says', () => {
    expect(textOf(PLAIN)).toBe('0 0:1.0 9:-0.5 999:nan\n0\n0 1:inf 2:0.0\n');
    expect(textOf({ ...PLAIN, zeroBased: false })).toBe(
      '0 1:1.0 10:-0.5 1000:nan\n0\n0 2:inf 3:0.0\n',
    );
  });

  it('writes truth values as digits', () => {
    const slice = { ...SLICE, data: Uint8Array.of(1, 0, 1, 1, 1) };
    expect(textOf(PLAIN, slice, { ...FACTS, dtype: 'bool' })).toBe(
      '0 0:1 9:0 999:1\n0\n0 1:1 2:1\n',
    );
  });

  it('is the same for any slices and any part buffers, within its bounds', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.array(fc.nat(12), { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 }),
        ({ slice, options }, cuts, partBytes) => {
          const facts = factsOfSlice(slice, options);
          const text = naiveText(slice, options.dtype.startsWith('float'));
          expect(
            encodeOutput(PLAIN, facts, cutSlice(slice, cuts), partBytes).bytes.toString(),
          ).toBe(text);
          const { min, max } = matrixOutputOf(PLAIN).bounds(facts);
          expect(text.length).toBeGreaterThanOrEqual(min);
          expect(text.length).toBeLessThanOrEqual(max);
        },
      ),
    );
  });

  it('is one gzip member per chunk where that is asked for', async () => {
    const spec = { ...PLAIN, compression: 'gzip' } as const;
    const { bytes, content } = encodeOutput(spec, FACTS, [SLICE], [7]);
    expect(gunzipSync(bytes).toString()).toBe(textOf(PLAIN));
    const output = matrixOutputOf(spec);
    const found = await output.check(asyncOf(bytes), 'chunk');
    expect(found).toEqual({ ...content, records: 3 });
    expect(output).toMatchObject({ ending: '.svmlight.gz', isCompressed: true });
  });

  it('has as many records as rows, and says its settings', () => {
    const output = matrixOutputOf(PLAIN);
    expect(output.recordCount({ index: 0, rowStart: 3, rowEnd: 9 }, 0)).toBe(6);
    expect(output.beginsWithNames(0)).toBe(false);
    expect(output.automaticTarget(FACTS)).toEqual({ bytes: 512 * 1024 ** 2 });
    expect(output.describe()).toEqual({
      ...{ 'output.format': 'svmlight', 'output.zeroBased': true, 'output.compression': 'none' },
    });
    const encoder = output.createEncoder(
      FACTS,
      { kernel: undefined, buffers: undefined },
      Buffer.alloc(9),
    );
    expect(encoder.header([]).next(new Uint8Array(9))).toEqual({ done: true, value: undefined });
  });

  it('refuses what its readers would take for something else', () => {
    const { problem } = matrixOutputOf(PLAIN);
    expect(problem?.(FACTS)).toBeUndefined();
    expect(problem?.({ ...FACTS, fillValue: 'NaN' })).toBe(
      'what is not stored is NaN, but readers of svmlight take it for 0; give output.format csv, or a matrix that is filled with 0',
    );
    const columnTypes = { groups: [{ dtype: 'int8', columns: 3 } as const], crc32: '00000000' };
    expect(problem?.({ ...FACTS, columnTypes })).toMatch(/^the columns have 1 groups of dtypes/);
  });
});

async function* asyncOf(bytes: Uint8Array) {
  yield bytes;
}
