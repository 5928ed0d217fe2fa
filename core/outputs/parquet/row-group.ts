import type { WrittenElement } from '#core/containers/parquet/write-file.ts';
import { PHYSICAL } from '#core/containers/parquet/write-file.ts';
import type { DType } from '#core/elements/dtype.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { listLevels } from './list-levels.ts';
import type { ParquetSpec } from './parquet-spec.ts';
import { bytesOf, heldValues, packedBits, VALUE_TYPES } from './value-column.ts';

/** A column of a row group before it is compressed. */
export interface PlainColumn {
  readonly path: readonly string[];
  readonly type: number;
  /** Values, with a place for each empty list. */
  readonly values: number;
  readonly pieces: readonly Uint8Array[];
  readonly range?: { readonly least: Uint8Array; readonly greatest: Uint8Array };
}

const ROW_BYTES = 8;
const COLUMN_BYTES = 4;

/** Bytes of an entry in a row group, and of a row of lists besides its entries. */
export function groupBytes(layout: ParquetSpec['layout'], dtype: DType) {
  const entry = COLUMN_BYTES + VALUE_TYPES[dtype].bytes;
  if (layout === 'triples') return { entry: entry + ROW_BYTES, row: 0 };
  return { entry, row: ROW_BYTES + COLUMN_BYTES };
}

function leaf(name: string, dtype: DType): WrittenElement {
  const { type, convertedType } = VALUE_TYPES[dtype];
  return { name, type, convertedType };
}

function list(name: string, dtype: DType): readonly WrittenElement[] {
  return [
    { name, isList: true, children: 1 },
    { name: 'list', repetition: 'repeated', children: 1 },
    leaf('element', dtype),
  ];
}

/** The schema of a file. */
export function schemaOf(layout: ParquetSpec['layout'], dtype: DType): readonly WrittenElement[] {
  const root = { name: 'schema', children: 3 };
  const row = leaf('row', 'int64');
  if (layout === 'triples') return [root, row, leaf('column', 'int32'), leaf('value', dtype)];
  return [root, row, ...list('columns', 'int32'), ...list('values', dtype)];
}

/** Entries on their way into a row group. Copies those of slices, as these are freed. */
export class RowGroup {
  readonly #dtype: DType;
  readonly #layout: ParquetSpec['layout'];
  #indices: Uint8Array[] = [];
  #values: Uint8Array[] = [];
  #lengths: number[] = [];
  #firstRow = 0;
  #entries = 0;

  constructor(layout: ParquetSpec['layout'], dtype: DType) {
    this.#layout = layout;
    this.#dtype = dtype;
  }

  get bytes(): number {
    return this.bytesWith(0, 0);
  }

  /** Bytes of its values with those of more rows. */
  bytesWith(rows: number, entries: number): number {
    const { entry, row } = groupBytes(this.#layout, this.#dtype);
    return (this.#entries + entries) * entry + (this.#lengths.length + rows) * row;
  }

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  /** Rows of the file. */
  get rows(): number {
    return this.#layout === 'triples' ? this.#entries : this.#lengths.length;
  }

  /** Adds whole rows of a slice. */
  add(slice: CsrSlice, from: number, to: number): void {
    const { rowStart, indptr, indices, data } = slice;
    if (this.isEmpty) this.#firstRow = rowStart + from;
    const start = indptr[from]!;
    const end = indptr[to]!;
    for (let row = from; row < to; row += 1) this.#lengths.push(indptr[row + 1]! - indptr[row]!);
    this.#indices.push(bytesOf(indices.slice(start, end)));
    this.#values.push(heldValues(data.slice(start, end), this.#dtype));
    this.#entries += end - start;
  }

  /** The columns, and nothing is held any more. */
  take(): readonly PlainColumn[] {
    const columns = this.#layout === 'triples' ? this.#triples() : this.#lists();
    this.#indices = [];
    this.#values = [];
    this.#lengths = [];
    this.#entries = 0;
    return columns;
  }

  #triples(): readonly PlainColumn[] {
    const rows = new BigInt64Array(this.#entries);
    let at = 0;
    for (const [index, length] of this.#lengths.entries()) {
      if (length > 0) rows.fill(BigInt(this.#firstRow + index), at, at + length);
      at += length;
    }
    const column = (name: string, dtype: DType, pieces: readonly Uint8Array[]) => {
      return { path: [name], type: VALUE_TYPES[dtype].type, values: this.#entries, pieces };
    };
    return [
      { ...column('row', 'int64', [bytesOf(rows)]), ...rangeOf(rows) },
      column('column', 'int32', this.#indices),
      column('value', this.#dtype, this.#plainValues()),
    ];
  }

  #lists(): readonly PlainColumn[] {
    const rows = BigInt64Array.from(this.#lengths, (_, index) => BigInt(this.#firstRow + index));
    const { count, bytes: levels } = listLevels(this.#lengths);
    const column = (name: string, dtype: DType, pieces: readonly Uint8Array[]) => ({
      path: [name, 'list', 'element'],
      type: VALUE_TYPES[dtype].type,
      values: count,
      pieces: [levels, ...pieces],
    });
    const row = { path: ['row'], type: PHYSICAL.int64, values: rows.length };
    return [
      { ...row, pieces: [bytesOf(rows)], ...rangeOf(rows) },
      column('columns', 'int32', this.#indices),
      column('values', this.#dtype, this.#plainValues()),
    ];
  }

  #plainValues(): readonly Uint8Array[] {
    if (this.#dtype !== 'bool') return this.#values;
    return [packedBits(Buffer.concat(this.#values))];
  }
}

/** Least and greatest of numbers that ascend. */
function rangeOf(rows: BigInt64Array): Pick<PlainColumn, 'range'> {
  if (rows.length === 0) return {};
  return { range: { least: bytesOf(rows.slice(0, 1)), greatest: bytesOf(rows.slice(-1)) } };
}
