import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { descrOf } from '#core/containers/npy/descr.ts';
import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import type { BundleFiles } from './bundle-files.ts';
import { npyArray } from './npz/npy.ts';

/** A column of a sparse frame: one value per row, or undefined where nothing is stored. */
export interface MixedColumn {
  readonly dtype: DType;
  readonly fillValue: 0 | false | 'NaN';
  readonly cells: readonly (number | bigint | undefined)[];
}

/** A value in the lowest bytes of a cell, the others zero. */
function toCell(value: number | bigint, dtype: DType, cellBytes: number): bigint {
  const header = npyArray([], dtype).length;
  const bytes = Buffer.alloc(8);
  bytes.set(npyArray([value], dtype).subarray(header));
  return BigInt.asUintN(8 * cellBytes, bytes.readBigUInt64LE());
}

function groupsOf(columns: readonly MixedColumn[]) {
  const keys = columns.map(({ dtype, fillValue }) => `${dtype} ${fillValue}`);
  const groups = [...new Set(keys)];
  return {
    numbers: keys.map((key) => groups.indexOf(key)),
    groups: groups.map((key) => {
      const { dtype, fillValue } = columns[keys.indexOf(key)]!;
      return { dtype: descrOf(dtype), fillValue };
    }),
  };
}

/** The entries of the columns row by row, as cells of one width. */
function entriesOf(columns: readonly MixedColumn[], cellBytes: number) {
  const indptr = [0];
  const indices: number[] = [];
  const data: bigint[] = [];
  for (let row = 0; row < columns[0]!.cells.length; row++) {
    for (const [column, { dtype, cells }] of columns.entries()) {
      const value = cells[row];
      if (value === undefined) continue;
      indices.push(column);
      data.push(toCell(value, dtype, cellBytes));
    }
    indptr.push(indices.length);
  }
  return { indptr, indices, data };
}

/**
 * A bundle of columns of several dtypes, as python/sparse_to_s3.py writes it.
 *
 * @param more fields of its `meta.json`.
 */
export function mixedBundle(columns: readonly MixedColumn[], more: object = {}): BundleFiles {
  const cellBytes = Math.max(...columns.map(({ dtype }) => ITEM_BYTES[dtype]));
  const cellType = `uint${8 * cellBytes}` as DType;
  const { numbers, groups } = groupsOf(columns);
  const { indptr, indices, data } = entriesOf(columns, cellBytes);
  const arrays = {
    indptr: npyArray(indptr, 'int64'),
    indices: npyArray(indices, 'int32'),
    data: npyArray(cellBytes === 8 ? data : data.map(Number), cellType),
    groups: npyArray(numbers, 'uint8'),
  };
  const files: Record<string, Uint8Array> = {};
  const named: Record<string, object> = {};
  for (const [name, bytes] of Object.entries(arrays)) {
    const crc = crc32Hex(crc32(bytes));
    const file = `${name}-${crc}.npy`;
    files[file] = bytes;
    named[name] = { file, bytes: bytes.length, crc32: crc };
  }
  const { groups: columnGroups, ...main } = named;
  const meta = {
    ...{ format: 'sparse-csr-bundle', version: 2, nnz: data.length, dtype: descrOf(cellType) },
    shape: [columns[0]!.cells.length, columns.length],
    ...{ fillValue: null, arrays: main, columnNames: null, rowNames: null, groups, columnGroups },
    ...more,
  };
  return { ...files, 'meta.json': new TextEncoder().encode(JSON.stringify(meta)) };
}
