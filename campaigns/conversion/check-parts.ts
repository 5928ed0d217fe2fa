import { type FileHandle, open } from 'node:fs/promises';
import { NPY_HEADER_BYTES } from '#core/containers/npy/write-header.ts';
import type { MatrixLayout, PartLayout } from '#core/sparse/layout/matrix-layout.ts';
import { amountOf, columnOf, rowOf, type ShuffledMatrix } from './shuffled-entries.ts';

/** Entries of a part that are read together. */
const BAND = 1_000_000;

const bits = new DataView(new ArrayBuffer(8));

/** A sum of a row that depends on the order of its entries. */
function addEntry(sum: number, column: number, value: number): number {
  bits.setFloat64(0, value);
  const entry =
    Math.imul(column + 1, 0x9e3779b1) ^ bits.getInt32(0) ^ Math.imul(bits.getInt32(4), 31);
  return (Math.imul(sum, 0x01000193) + entry) | 0;
}

/** The expected sum of each row. The entries are made again, in stored order, without any file. */
function expectedSums(matrix: ShuffledMatrix): Int32Array {
  const sums = new Int32Array(matrix.rows);
  for (let entry = 0; entry < matrix.entries; entry++) {
    const row = rowOf(entry, matrix);
    sums[row] = addEntry(sums[row]!, columnOf(entry, matrix), amountOf(entry, matrix));
  }
  return sums;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, NPY_HEADER_BYTES + offset);
  if (bytesRead !== length) throw new Error(`${bytesRead} of ${length} bytes read`);
  return bytes.buffer;
}

/** Sums of the rows of one part, read without our reader. */
async function partSums({ rows, nnz, objects }: PartLayout): Promise<Int32Array> {
  const files = await Promise.all(objects.map(({ uri }) => open(uri)));
  const [indptr, indices, data] = files as [FileHandle, FileHandle, FileHandle];
  try {
    const bounds = new BigInt64Array(await readAt(indptr, 0, 8 * (rows + 1)));
    const sums = new Int32Array(rows);
    let row = 0;
    for (let start = 0; start < nnz; start += BAND) {
      const length = Math.min(BAND, nnz - start);
      const columns = new Int32Array(await readAt(indices, 4 * start, 4 * length));
      const values = new Float64Array(await readAt(data, 8 * start, 8 * length));
      for (let i = 0; i < length; i++) {
        while (Number(bounds[row + 1]) <= start + i) row++;
        sums[row] = addEntry(sums[row]!, columns[i]!, values[i]!);
      }
    }
    return sums;
  } finally {
    for (const file of files) await file.close();
  }
}

/**
 * Compares the parts with entries that are made again. Returns what is wrong, or nothing.
 * A row's sum shows any other entry, and any other order of its entries.
 */
export async function findDifference(
  { parts, nnz }: MatrixLayout,
  matrix: ShuffledMatrix,
): Promise<string | undefined> {
  if (nnz !== matrix.entries) return `${nnz} entries, expected ${matrix.entries}`;
  const expected = expectedSums(matrix);
  let rowStart = 0;
  for (const part of parts) {
    const sums = await partSums(part);
    const wrong = sums.findIndex((sum, row) => sum !== expected[rowStart + row]);
    if (wrong !== -1) return `row ${rowStart + wrong} differs`;
    rowStart += part.rows;
  }
  return rowStart === matrix.rows ? undefined : `${rowStart} rows, expected ${matrix.rows}`;
}
