import type { CsrData } from '#core/elements/csr-data.ts';
import { type DType, isFloat } from '#core/elements/dtype.ts';
import { type CellOptions, implicitText, naText } from '#core/outputs/csv/implicit-text.ts';
import { maxCellBytes } from '#core/outputs/csv/text-bounds.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { Kernel, KernelExports } from './kernel.ts';

/** Element types that the module reads. Narrower types are widened when they are copied. */
const WIDE_ARRAYS = {
  Bool: Uint8Array,
  Int32: Int32Array,
  Uint32: Uint32Array,
  Int64: BigInt64Array,
  Uint64: BigUint64Array,
  Float64: Float64Array,
} as const;

export type WideType = keyof typeof WIDE_ARRAYS;

/** The element type as which the module reads each dtype. */
export const WIDE_TYPES: Readonly<Record<DType, WideType>> = {
  bool: 'Bool',
  int8: 'Int32',
  int16: 'Int32',
  int32: 'Int32',
  int64: 'Int64',
  uint8: 'Uint32',
  uint16: 'Uint32',
  uint32: 'Uint32',
  uint64: 'Uint64',
  float16: 'Float64',
  float32: 'Float64',
  float64: 'Float64',
};

const TEMPLATES = 4;

type BigData = BigInt64Array | BigUint64Array;

function isBig(data: CsrData): data is BigData {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

function copyValues(target: CsrData, data: CsrData, from: number, to: number): void {
  if (isBig(target) && isBig(data)) target.set(data.subarray(from, to));
  else if (!isBig(target) && !isBig(data)) target.set(data.subarray(from, to));
}

/**
 * Whole numbers below this have a text as long as an unstored cell, which differs from it only in
 * the first byte. Such an entry is a "patch", see `../gzip/deflate-tables.ts`.
 */
function patchLimit(options: CellOptions): number {
  const implicit = implicitText(options);
  return implicit === (isFloat(options.dtype) ? '0.0' : '0') ? 10 : 0;
}

/**
 * Fills the module's templates with unstored cells. There is a template for each byte at which a
 * cell can begin.
 */
function fillTemplates(exports: KernelExports, unit: Uint8Array): void {
  const stride = exports.TEMPLATE_STRIDE.value;
  for (let i = 0; i < Math.min(unit.length, TEMPLATES); i += 1) {
    const start = exports.TEMPLATE.value + i * stride;
    const template = new Uint8Array(exports.memory.buffer, start, stride - 1);
    template.set(unit);
    for (let filled = unit.length; filled < template.length; filled *= 2) {
      template.copyWithin(filled, 0, filled);
    }
  }
}

/** Gives slices of any size to the module, one window of entries at a time. */
export class EntryWindows {
  readonly #kernel: Kernel;
  readonly #indices: Int32Array;
  readonly #rowEnds: Int32Array;
  readonly #values: CsrData;

  /** Sets in the module how the text of this matrix is written. */
  constructor(kernel: Kernel, options: CellOptions) {
    const { exports } = kernel;
    const { buffer } = exports.memory;
    const utf8 = new TextEncoder();
    const unit = utf8.encode(implicitText(options) + options.dialect.delimiter);
    fillTemplates(exports, unit);
    if (isFloat(options.dtype)) kernel.loadPowersOfTen();
    const na = utf8.encode(naText(options));
    new Uint8Array(buffer, exports.NA.value, exports.NA_BYTES.value).set(na);
    this.#kernel = kernel;
    const entries = exports.ENTRY_CAPACITY.value;
    this.#indices = new Int32Array(buffer, exports.INDICES.value, entries);
    this.#rowEnds = new Int32Array(buffer, exports.ROW_ENDS.value, exports.ROW_CAPACITY.value);
    const Values = WIDE_ARRAYS[WIDE_TYPES[options.dtype]];
    this.#values = new Values(buffer, exports.VALUES.value, entries);
    exports.setText(
      options.columns,
      unit.length,
      options.dialect.delimiter.charCodeAt(0),
      patchLimit(options),
      na.length,
      maxCellBytes(options),
    );
  }

  /**
   * Copies one window after the other into the module. Each must be used up before the next one is
   * requested.
   */
  *of(slice: CsrSlice): Generator<void, void> {
    const rows = slice.rowEnd - slice.rowStart;
    for (let row = 0, entry = 0; row < rows; ) {
      const end = this.#lastRow(slice, row, entry);
      if (end > row) {
        const next = slice.indptr[end]!;
        this.#rowEnds.set(slice.indptr.subarray(row + 1, end + 1));
        this.#put(slice, entry, next);
        this.#kernel.exports.setWindow(end - row, entry, next - entry, 0);
        entry = next;
      } else {
        const next = entry + this.#indices.length;
        this.#put(slice, entry, next);
        const columns = slice.indices[next - 1]! + 1;
        this.#kernel.exports.setWindow(0, entry, next - entry, columns);
        entry = next;
      }
      row = end;
      yield;
    }
  }

  /**
   * The end of the rows from `row` on whose entries fit into one window. It is `row` if the first
   * row does not fit.
   */
  #lastRow({ indptr }: CsrSlice, row: number, entry: number): number {
    const most = Math.min(indptr.length - 1, row + this.#rowEnds.length);
    const fitting = entry + this.#indices.length;
    let end = row;
    while (end < most && indptr[end + 1]! <= fitting) end += 1;
    return end;
  }

  #put({ indices, data }: CsrSlice, from: number, to: number): void {
    this.#indices.set(indices.subarray(from, to));
    copyValues(this.#values, data, from, to);
  }
}
