import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { npyHeader } from '#core/containers/npy/write-header.ts';
import { amountOf, columnOf, rowOf, type ShuffledMatrix } from './shuffled-entries.ts';

/** Elements that are made and written together. */
const BAND = 1_000_000;

const LOCAL_HEADER_BYTES = 30;

type Piece = Uint8Array;

interface Member {
  readonly name: string;
  readonly pieces: Iterable<Piece>;
}

interface Written {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
}

function* elements(
  matrix: ShuffledMatrix,
  dtype: 'int32' | 'float64',
  elementOf: (entry: number, matrix: ShuffledMatrix) => number,
): Generator<Piece> {
  yield npyHeader(dtype, matrix.entries);
  for (let start = 0; start < matrix.entries; start += BAND) {
    const length = Math.min(BAND, matrix.entries - start);
    const band = dtype === 'int32' ? new Int32Array(length) : new Float64Array(length);
    for (let i = 0; i < length; i++) band[i] = elementOf(start + i, matrix);
    yield new Uint8Array(band.buffer);
  }
}

function* scalarText(text: string): Generator<Piece> {
  const dict = `{'descr': '|S${text.length}', 'fortran_order': False, 'shape': (), }`;
  yield Buffer.from(`\x93NUMPY\x01\x00\x76\x00${dict.padEnd(117)}\n${text}`, 'latin1');
}

function* shapeOf({ rows, columns }: ShuffledMatrix): Generator<Piece> {
  yield npyHeader('int64', 2);
  yield new Uint8Array(BigInt64Array.of(BigInt(rows), BigInt(columns)).buffer);
}

function membersOf(matrix: ShuffledMatrix): Member[] {
  return [
    { name: 'row.npy', pieces: elements(matrix, 'int32', rowOf) },
    { name: 'col.npy', pieces: elements(matrix, 'int32', columnOf) },
    { name: 'format.npy', pieces: scalarText('coo') },
    { name: 'shape.npy', pieces: shapeOf(matrix) },
    { name: 'data.npy', pieces: elements(matrix, 'float64', amountOf) },
  ];
}

function localHeader({ name, size, crc }: Omit<Written, 'offset'>): Buffer {
  const header = Buffer.alloc(LOCAL_HEADER_BYTES + name.length);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  header.write(name, LOCAL_HEADER_BYTES, 'latin1');
  return header;
}

function directoryEntry({ name, offset, size, crc }: Written): Buffer {
  const entry = Buffer.alloc(46 + name.length);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(size, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(offset, 42);
  entry.write(name, 46, 'latin1');
  return entry;
}

/** Writes the elements first, and the header before them when their sum is known. */
async function writeMember(file: FileHandle, member: Member, offset: number): Promise<Written> {
  const { name } = member;
  const dataOffset = offset + LOCAL_HEADER_BYTES + name.length;
  let size = 0;
  let crc = 0;
  for (const piece of member.pieces) {
    await file.write(piece, 0, piece.length, dataOffset + size);
    size += piece.length;
    crc = crc32(piece, crc);
  }
  const header = localHeader({ name, size, crc });
  await file.write(header, 0, header.length, offset);
  return { name, offset, size, crc };
}

/** Writes a stored COO npz of up to 4 GiB, one million elements at a time. */
export async function writeCoo(path: string, matrix: ShuffledMatrix): Promise<number> {
  const file = await open(path, 'w');
  try {
    const written: Written[] = [];
    let offset = 0;
    for (const member of membersOf(matrix)) {
      const { name, size, crc } = await writeMember(file, member, offset);
      written.push({ name, offset, size, crc });
      offset += LOCAL_HEADER_BYTES + name.length + size;
    }
    const directory = Buffer.concat(written.map(directoryEntry));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(written.length, 8);
    end.writeUInt16LE(written.length, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(offset, 16);
    await file.write(Buffer.concat([directory, end]), 0, directory.length + 22, offset);
    return offset + directory.length + 22;
  } finally {
    await file.close();
  }
}
