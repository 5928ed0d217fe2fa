import { crc32, deflateRawSync } from 'node:zlib';

/** One file inside a zip file, as it lies there. */
export interface ZipMember {
  readonly name: string;
  /** 0 is stored, 8 is deflated. */
  readonly method: number;
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Bytes of the content. */
  readonly size: number;
  /** The content, stored or deflated, in pieces that follow each other. */
  readonly body: readonly Uint8Array[];
}

/** How the container is laid out; the defaults are NumPy's. */
export interface ZipLayout {
  /** Writes zip64 fields and records though nothing is large. @default false */
  readonly zip64?: boolean;
  /** Writes sizes behind each member instead of before it. @default false */
  readonly dataDescriptors?: boolean;
  /** One byte per character. @default '' */
  readonly comment?: string;
}

export interface ZipOptions extends ZipLayout {
  /** Deflates the members. @default false */
  readonly compress?: boolean;
}

/** Contents by the names of their members, in the order in which they are written. */
export type Contents = Readonly<Record<string, Uint8Array>>;

/** Where a member lies, and what its two headers have in common. */
interface Placed extends ZipMember {
  readonly nameBytes: Buffer;
  readonly flags: number;
  readonly packedSize: number;
  readonly offset: number;
}

const STORED = 0;
const DEFLATED = 8;
const SIZES_FOLLOW = 8;

const LOCAL_HEADER = 0x04034b50;
const DATA_DESCRIPTOR = 0x08074b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const ZIP64_END_OF_DIRECTORY = 0x06064b50;
const ZIP64_END_LOCATOR = 0x07064b50;

const ZIP64_FIELD = 1;
const UNKNOWN_FIELD = 0x9999;

/** Stands for a number that is in a zip64 field or record. */
const IN_ZIP64 = { u2: 0xffff, u4: 0xffffffff } as const;

/** Version 2.0 can deflate, 4.5 knows zip64. */
const VERSION = 20;
const ZIP64_VERSION = 45;
const UNIX = 3 << 8;
const OWNER_MAY_READ_AND_WRITE = 0o600 << 16;

/** Midnight of 1 January 1980, as MS-DOS writes it. NumPy writes this instead of the time. */
const TIME = 0;
const DATE = 0x21;

/** Little-endian numbers, each of `size` bytes. */
function numbers(size: 2 | 4 | 8, values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(size * values.length);
  for (const [i, value] of values.entries()) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), 8 * i);
    else bytes.writeUIntLE(value, size * i, size);
  }
  return bytes;
}

const u2 = (...values: readonly number[]) => numbers(2, values);
const u4 = (...values: readonly number[]) => numbers(4, values);
const u8 = (...values: readonly number[]) => numbers(8, values);

function localHeader({ nameBytes, method, flags, crc, packedSize, size }: Placed): Buffer {
  const isKnown = flags !== SIZES_FOLLOW;
  const [knownCrc, packed, whole] = isKnown ? ([crc, packedSize, size] as const) : [0, 0, 0];
  // NumPy writes a zip64 field into every local header, whatever the size, but not into the
  // directory.
  const zip64Field = Buffer.concat([u2(ZIP64_FIELD, 16), u8(whole, packed)]);
  return Buffer.concat([
    u4(LOCAL_HEADER),
    u2(VERSION, flags, method, TIME, DATE),
    u4(knownCrc, packed, whole),
    u2(nameBytes.length, zip64Field.length),
    nameBytes,
    zip64Field,
  ]);
}

/** Follows the member; its sizes have 8 bytes because the local header has a zip64 field. */
function dataDescriptor({ crc, packedSize, size }: Placed): Buffer {
  return Buffer.concat([u4(DATA_DESCRIPTOR, crc), u8(packedSize, size)]);
}

/** The zip64 field of the directory, behind an unknown one, as other writers may put it. */
function zip64Fields({ packedSize, size, offset }: Placed): Buffer {
  const unknown = u2(UNKNOWN_FIELD, 2, 7);
  return Buffer.concat([unknown, u2(ZIP64_FIELD, 24), u8(size, packedSize, offset)]);
}

function directoryEntry(member: Placed, zip64: boolean): Buffer {
  const { nameBytes, method, flags, crc, packedSize, size, offset } = member;
  const version = zip64 ? ZIP64_VERSION : VERSION;
  const extra = zip64 ? zip64Fields(member) : Buffer.of();
  const narrow = (value: number) => (zip64 ? IN_ZIP64.u4 : value);
  return Buffer.concat([
    u4(DIRECTORY_ENTRY),
    u2(UNIX | version, version, flags, method, TIME, DATE),
    u4(crc, narrow(packedSize), narrow(size)),
    u2(nameBytes.length, extra.length, 0, 0, 0),
    u4(OWNER_MAY_READ_AND_WRITE, narrow(offset)),
    nameBytes,
    extra,
  ]);
}

function zip64End(count: number, length: number, offset: number): Buffer {
  return Buffer.concat([
    ...[u4(ZIP64_END_OF_DIRECTORY), u8(44), u2(ZIP64_VERSION, ZIP64_VERSION), u4(0, 0)],
    u8(count, count, length, offset),
    ...[u4(ZIP64_END_LOCATOR, 0), u8(offset + length), u4(1)],
  ]);
}

/** What follows the directory, which has `count` entries in `length` bytes from `offset` on. */
function endRecords(
  { count, length, offset }: Readonly<Record<'count' | 'length' | 'offset', number>>,
  { zip64 = false, comment = '' }: ZipLayout,
): Buffer {
  const entries = zip64 ? IN_ZIP64.u2 : count;
  const place = zip64 ? [IN_ZIP64.u4, IN_ZIP64.u4] : [length, offset];
  return Buffer.concat([
    zip64 ? zip64End(count, length, offset) : Buffer.of(),
    u4(END_OF_DIRECTORY),
    u2(0, 0, entries, entries),
    u4(...place),
    u2(comment.length),
    Buffer.from(comment, 'latin1'),
  ]);
}

/** Number of bytes in several pieces. */
function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/**
 * A member with a content in several pieces, stored as it is; nothing is copied.
 *
 * @param deflated the same content by zlib without its header, in pieces: the member is deflated.
 */
export function zipMember(
  name: string,
  content: readonly Uint8Array[],
  deflated?: readonly Uint8Array[],
): ZipMember {
  const crc = content.reduce((before, piece) => crc32(piece, before), 0);
  const method = deflated === undefined ? STORED : DEFLATED;
  return { name, method, crc, size: lengthOf(content), body: deflated ?? content };
}

/**
 * Yields a zip file piece by piece, with its members in the given order. A name may occur twice.
 */
export function* zipPieces(
  members: Iterable<ZipMember>,
  layout: ZipLayout = {},
): Generator<Uint8Array, void, undefined> {
  const { zip64 = false, dataDescriptors = false } = layout;
  const flags = dataDescriptors ? SIZES_FOLLOW : 0;
  const entries: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const nameBytes = Buffer.from(member.name);
    const placed = { ...member, nameBytes, flags, packedSize: lengthOf(member.body), offset };
    const before = localHeader(placed);
    const after = dataDescriptors ? dataDescriptor(placed) : Buffer.of();
    yield before;
    yield* member.body;
    yield after;
    entries.push(directoryEntry(placed, zip64));
    offset += before.length + placed.packedSize + after.length;
  }
  yield* entries;
  yield endRecords({ count: entries.length, length: lengthOf(entries), offset }, layout);
}

/** Bytes of a zip file that holds the contents. */
export function writeZip(contents: Contents, options: ZipOptions = {}): Uint8Array<ArrayBuffer> {
  const members = Object.entries(contents).map(([name, bytes]) =>
    zipMember(name, [bytes], options.compress ? [deflateRawSync(bytes)] : undefined),
  );
  return new Uint8Array(Buffer.concat([...zipPieces(members, options)]));
}
