import { npyHeader } from '#support/npz/npy.ts';
import { COLUMNS, ENTRIES_PER_ROW, ROWS_PER_CHUNK } from './shape.ts';

/** A file whose bytes are computed when they are asked for. */
export interface GeneratedFile {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

const INT64_BYTES = 8;

/** No file is ever read whole, so its CRC-32 is a name only. */
const CRC32 = '0123abcd';

function fixed(bytes: Uint8Array): GeneratedFile {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Little-endian int64 values `first * step`, `(first + 1) * step` and so on. */
function multiples(first: number, count: number, step: number): Uint8Array {
  const words = new Uint32Array(count * 2);
  for (let at = 0; at < count; at += 1) words[at * 2] = (first + at) * step;
  return new Uint8Array(words.buffer);
}

/** `indptr` of rows that have the same number of entries; below 2^32 in all. */
function indptrFile(rows: number): GeneratedFile {
  const header = npyHeader('int64', rows + 1);
  const size = header.length + (rows + 1) * INT64_BYTES;
  return {
    size,
    read(offset, length) {
      const end = offset + length;
      const first = Math.max(0, Math.floor((offset - header.length) / INT64_BYTES));
      const last = Math.max(first, Math.ceil((end - header.length) / INT64_BYTES));
      const start = header.length + first * INT64_BYTES;
      const values = multiples(first, last - first, ENTRIES_PER_ROW);
      const head = header.subarray(Math.min(offset, start), start);
      const body = values.subarray(Math.max(0, offset - start), Math.max(0, end - start));
      return head.length === 0 ? body : Buffer.concat([head, body]).subarray(0, length);
    },
  };
}

/** An array of which only the header is read. */
function unreadArray(dtype: 'int32' | 'float64', bytes: number, count: number): GeneratedFile {
  const header = npyHeader(dtype, count);
  const size = header.length + count * bytes;
  return {
    size,
    read(offset, length) {
      const out = new Uint8Array(length);
      out.set(header.subarray(offset, offset + length));
      return out;
    },
  };
}

/** The files of a CSR bundle with so many chunks, by their names. */
export function generatedBundle(chunks: number): ReadonlyMap<string, GeneratedFile> {
  const rows = chunks * ROWS_PER_CHUNK;
  const entries = rows * ENTRIES_PER_ROW;
  const arrays = {
    indptr: indptrFile(rows),
    indices: unreadArray('int32', 4, entries),
    data: unreadArray('float64', 8, entries),
  };
  const named = Object.entries(arrays).map(([name, file]) => ({
    ...{ name, file, fileName: `${name}-${CRC32}.npy` },
  }));
  const meta = {
    ...{ format: 'sparse-csr-bundle', version: 2, shape: [rows, COLUMNS], nnz: entries },
    ...{ dtype: '<f8', indexDtype: '<i4', fillValue: 0 },
    arrays: Object.fromEntries(
      named.map(({ name, file, fileName }) => [
        name,
        { file: fileName, bytes: file.size, crc32: CRC32 },
      ]),
    ),
    ...{ columnNames: null, rowNames: null, groups: null, columnGroups: null },
  };
  return new Map([
    ['meta.json', fixed(Buffer.from(JSON.stringify(meta)))],
    ...named.map(({ fileName, file }) => [fileName, file] as const),
  ]);
}
