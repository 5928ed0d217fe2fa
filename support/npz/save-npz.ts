import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createDeflateRaw } from 'node:zlib';
import { npyArray, npyHeader, npyString } from './npy.ts';
import { type ZipMember, zipMember, zipPieces } from './zip.ts';

/** The arrays of a CSR matrix with int32 offsets and int64 values. */
export interface Int64Csr {
  readonly shape: readonly [rows: number, columns: number];
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly data: BigInt64Array;
}

export interface SaveOptions {
  /** Deflates the arrays, as SciPy does unless asked not to. @default false */
  readonly compress?: boolean;
}

/** Bytes that zlib gets at a time. */
const PIECE_BYTES = 4 * 1024 * 1024;

function pieces(array: Int32Array | BigInt64Array): readonly Uint8Array[] {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, i) =>
    bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
  );
}

/** Contents of the members in SciPy's order; the arrays stay where they lie. */
function contents({ shape, indptr, indices, data }: Int64Csr): Record<string, Uint8Array[]> {
  return {
    indices: [npyHeader('int32', indices.length), ...pieces(indices)],
    indptr: [npyHeader('int32', indptr.length), ...pieces(indptr)],
    format: [npyString('csr')],
    shape: [npyArray(shape, 'int64')],
    data: [npyHeader('int64', data.length), ...pieces(data)],
  };
}

async function deflate(content: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  return await Array.fromAsync(Readable.from(content).pipe(createDeflateRaw()));
}

/**
 * Writes the file that `scipy.sparse.save_npz(path, matrix, compressed=compress)` writes, and byte
 * for byte the same unless it is compressed.
 *
 * Stored arrays are written from where they lie; of deflated ones all compressed bytes are held.
 * The file stays below 4 GiB.
 */
export async function saveNpz(
  path: string,
  matrix: Int64Csr,
  { compress = false }: SaveOptions = {},
): Promise<void> {
  const members: ZipMember[] = [];
  for (const [name, content] of Object.entries(contents(matrix))) {
    const deflated = compress ? await deflate(content) : undefined;
    members.push(zipMember(`${name}.npy`, content, deflated));
  }
  const file = await open(path, 'w');
  try {
    for (const piece of zipPieces(members)) await file.appendFile(piece);
  } finally {
    await file.close();
  }
}
