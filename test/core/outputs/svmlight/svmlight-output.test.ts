import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { SvmlightSpec } from '#core/outputs/svmlight/svmlight-spec.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { matrices } from '#support/arbitrary-matrix.ts';
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

  it('takes the label from the first column, 0 where it is not stored', () => {
    const labelled = { ...FACTS, labelColumn: 4 };
    expect(textOf({ ...PLAIN, label: { column: 4 } }, SLICE, labelled)).toBe(
      '1.0 8:-0.5 998:nan\n0\n0 0:inf 1:0.0\n',
    );
    const { bounds, describe: settings } = matrixOutputOf({ ...PLAIN, label: { column: 'y' } });
    expect(bounds({ ...labelled, nnz: 1 }).min).toBe(6);
    expect(settings()).toMatchObject({ 'output.label': 'column "y"' });
  });

  it('writes truth values as digits', () => {
    const slice = { ...SLICE, data: Uint8Array.of(1, 0, 1, 1, 1) };
    expect(textOf(PLAIN, slice, { ...FACTS, dtype: 'bool' })).toBe(
      '0 0:1 9:0 999:1\n0\n0 1:1 2:1\n',
    );
  });

  it('is what is written entry by entry', () => {
    fc.assert(
      fc.property(matrices, ({ slice, options }) => {
        const text = naiveText(slice, options.dtype.startsWith('float'));
        expect(textOf(PLAIN, slice, factsOfSlice(slice, options))).toBe(text);
      }),
    );
  });
});
