import { crc32 } from 'node:zlib';

/** A file inside a zip file: its bytes lie in several pieces, which are not copied. */
export interface StoredMember {
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** Version 2.0, by which members are stored as they are. */
const VERSION = 20;

/** Midnight of 1 January 1980: an output has no time in it. */
const DATE = 0x21;

const UNIX = 3 << 8;
const OWNER_MAY_READ_AND_WRITE = (0o600 << 16) >>> 0;

interface Placed {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

type Field = readonly [bytes: 2 | 4, value: number];

function fields(...list: readonly Field[]): Uint8Array {
  const record = Buffer.alloc(list.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of list) at = record.writeUIntLE(value, at, bytes);
  return record;
}

/** What both headers of a member have: method, time, date, CRC-32, sizes, length of the name. */
function common({ name, crc, size }: Placed): readonly Field[] {
  return [
    [2, 0],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, size],
    [4, size],
    [2, name.length],
  ];
}

function directoryEntry(member: Placed): Uint8Array {
  return fields(
    ...([
      [4, DIRECTORY_ENTRY],
      [2, UNIX | VERSION],
      [2, VERSION],
    ] as const),
    ...common(member),
    ...([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, OWNER_MAY_READ_AND_WRITE],
    ] as const),
    [4, member.offset],
  );
}

function sum(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((bytes, { length }) => bytes + length, 0);
}

/**
 * Yields the bytes of a zip file whose members are stored as they are. Names are ASCII, and the
 * file is smaller than 4 GiB.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function* storedZip(members: readonly StoredMember[]): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, pieces } of members) {
    const crc = pieces.reduce((before, piece) => crc32(piece, before), 0);
    const placed = { name, crc, size: sum(pieces), offset };
    const text = new TextEncoder().encode(name);
    const header = fields([4, LOCAL_HEADER], [2, VERSION], ...common(placed), [2, 0]);
    yield header;
    yield text;
    yield* pieces;
    directory.push(directoryEntry(placed), text);
    offset += header.length + text.length + placed.size;
  }
  yield* directory;
  const count = members.length;
  yield fields(
    ...([
      [4, END_OF_DIRECTORY],
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
    ] as const),
    ...([
      [4, sum(directory)],
      [4, offset],
      [2, 0],
    ] as const),
  );
}

/** Bytes that the container takes besides the content of its members. */
export function zipOverhead(names: readonly string[]): number {
  const headers = names.reduce((bytes, { length }) => bytes + 30 + 46 + 2 * length, 0);
  return headers + 22;
}
