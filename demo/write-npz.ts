import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** The arrays of a CSR matrix with int32 offsets and int64 values. */
export interface Int64Csr {
  readonly shape: readonly [rows: number, columns: number];
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly data: BigInt64Array;
}

interface Member {
  readonly name: string;
  readonly header: Buffer;
  readonly body: Uint8Array;
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly offset: number;
}

/** How members are put into the file: as they are, or as NumPy compresses them. */
type Method = 'stored' | 'deflated';

const METHODS: Readonly<Record<Method, number>> = { stored: 0, deflated: 8 };

/** Written to zlib at once. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Array data in an npy file begins at a multiple of this. */
const NPY_ALIGNMENT = 64;
const NPY_PREAMBLE_BYTES = 10;
/** 1 January 1980 in the format of MS-DOS, which is what NumPy stamps: the file has no clock in it. */
const DOS_DATE = 0x21;
const ZIP_VERSION = 20;
const MADE_ON_UNIX = (3 << 8) | ZIP_VERSION;
const OWNER_MAY_READ_AND_WRITE = 0o600 << 16;

function npyHeader(descr: string, shape: string): Buffer {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const bytes = NPY_PREAMBLE_BYTES + dict.length + 1;
  const padding = Math.ceil(bytes / NPY_ALIGNMENT) * NPY_ALIGNMENT - bytes;
  const text = `${dict}${' '.repeat(padding)}\n`;
  const preamble = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  preamble.writeUInt16LE(text.length, 8);
  return Buffer.concat([preamble, Buffer.from(text, 'latin1')]);
}

function arrayMember(name: string, descr: string, array: Int32Array | BigInt64Array): Member {
  const body = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { name, header: npyHeader(descr, `(${array.length},)`), body };
}

function membersOf({ shape, indptr, indices, data }: Int64Csr): Member[] {
  return [
    arrayMember('indices.npy', '<i4', indices),
    arrayMember('indptr.npy', '<i4', indptr),
    { name: 'format.npy', header: npyHeader('|S3', '()'), body: Buffer.from('csr') },
    arrayMember('shape.npy', '<i8', BigInt64Array.from(shape, BigInt)),
    arrayMember('data.npy', '<i8', data),
  ];
}

function localHeader({ name, method, crc, size, compressedSize }: ZipEntry): Buffer {
  const header = Buffer.alloc(30 + name.length + 20);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(ZIP_VERSION, 4);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(compressedSize, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(20, 28);
  header.write(name, 30, 'latin1');
  // NumPy forces a zip64 field into every local header, whatever the size.
  const zip64 = header.subarray(30 + name.length);
  zip64.writeUInt16LE(1, 0);
  zip64.writeUInt16LE(16, 2);
  zip64.writeBigUInt64LE(BigInt(size), 4);
  zip64.writeBigUInt64LE(BigInt(compressedSize), 12);
  return header;
}

function centralEntry({ name, method, crc, size, compressedSize, offset }: ZipEntry): Buffer {
  const entry = Buffer.alloc(46 + name.length);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(MADE_ON_UNIX, 4);
  entry.writeUInt16LE(ZIP_VERSION, 6);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt16LE(DOS_DATE, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(compressedSize, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(OWNER_MAY_READ_AND_WRITE, 38);
  entry.writeUInt32LE(offset, 42);
  entry.write(name, 46, 'latin1');
  return entry;
}

function endRecord(entries: number, directoryBytes: number, directoryOffset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(entries, 8);
  record.writeUInt16LE(entries, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryOffset, 16);
  return record;
}

async function* pieces({ header, body }: Member): AsyncGenerator<Uint8Array> {
  yield header;
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

async function bytesOf(member: Member, method: Method): Promise<readonly Uint8Array[]> {
  if (method === 'stored') return [member.header, member.body];
  return await Array.fromAsync(Readable.from(pieces(member)).pipe(createDeflateRaw()));
}

async function writeMembers(
  file: FileHandle,
  members: readonly Member[],
  method: Method,
): Promise<void> {
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (const member of members) {
    const { name, header, body } = member;
    const stored = await bytesOf(member, method);
    const entry = {
      name,
      method: METHODS[method],
      crc: crc32(body, crc32(header)),
      size: header.length + body.length,
      compressedSize: stored.reduce((sum, { length }) => sum + length, 0),
      offset,
    };
    const local = localHeader(entry);
    for (const bytes of [local, ...stored]) await file.appendFile(bytes);
    entries.push(entry);
    offset += local.length + entry.compressedSize;
  }
  const directory = Buffer.concat(entries.map(centralEntry));
  await file.appendFile(directory);
  await file.appendFile(endRecord(entries.length, directory.length, offset));
}

/**
 * Writes the file that `scipy.sparse.save_npz(path, matrix, compressed=False)` would, byte for byte, or
 * the compressed one that `save_npz` writes unless told otherwise.
 *
 * Stored arrays are written from where they lie; of a deflated one all compressed bytes are held. The
 * file stays below 4 GiB.
 */
export async function writeNpz(
  path: string,
  matrix: Int64Csr,
  method: Method = 'stored',
): Promise<void> {
  const file = await open(path, 'w');
  try {
    await writeMembers(file, membersOf(matrix), method);
  } finally {
    await file.close();
  }
}
