import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { readZipEnd } from './zip-end.ts';

/**
 * A member as the central directory describes it. Use these sizes, not those of the local header.
 */
export interface ZipMember {
  readonly name: string;
  /** 0 is stored, 8 is deflate. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedBytes: number;
  /** Length of the inflated bytes. */
  readonly bytes: number;
  /** CRC-32 of the inflated bytes. */
  readonly crc32: number;
  /** Offset of its local header. */
  readonly localOffset: number;
}

export interface ZipDirectory {
  readonly members: ReadonlyMap<string, ZipMember>;
  /** Offset of the directory: the data of all members lie before it. */
  readonly offset: number;
}

const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const ZIP64_EXTRA_ID = 1;
const SATURATED = 0xffffffff;

/**
 * Bound of the directory's length. Five members take about 350 bytes; this is room for some ten
 * thousand more.
 */
const MAX_DIRECTORY_BYTES = 1024 * 1024;

/** The content of the zip64 extra field; undefined if there is none. */
function findZip64Extra(extra: DataView): DataView | undefined {
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    const length = extra.getUint16(at + 2, true);
    if (at + 4 + length > extra.byteLength) return undefined;
    if (extra.getUint16(at, true) === ZIP64_EXTRA_ID) {
      return new DataView(extra.buffer, extra.byteOffset + at + 4, length);
    }
    at += 4 + length;
  }
  return undefined;
}

/**
 * Replaces each 32-bit value that is 0xFFFFFFFF by its 64-bit value from the extra field, which has
 * only those, in this order.
 */
function widen(fields: readonly number[], extra: DataView): readonly number[] | undefined {
  if (!fields.includes(SATURATED)) return fields;
  const wide = findZip64Extra(extra);
  const needed = 8 * fields.filter((field) => field === SATURATED).length;
  if (wide === undefined || wide.byteLength < needed) return undefined;
  let at = 0;
  return fields.map((field) => {
    if (field !== SATURATED) return field;
    at += 8;
    return Number(wide.getBigUint64(at - 8, true));
  });
}

/**
 * Parses the entry at byte `at`, and finds where the next one starts. Undefined if it is damaged.
 */
function parseEntry(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
): { readonly member: ZipMember; readonly next: number } | undefined {
  const view = new DataView(bytes.buffer);
  if (at + ENTRY_BYTES > bytes.length) return undefined;
  if (view.getUint32(at, true) !== ENTRY_SIGNATURE) return undefined;
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) return undefined;
  const [bytesOut, compressedBytes, localOffset] =
    widen(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      new DataView(bytes.buffer, nameEnd, extraEnd - nameEnd),
    ) ?? [];
  if (bytesOut === undefined || compressedBytes === undefined || localOffset === undefined) {
    return undefined;
  }
  const member = {
    name: new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, nameEnd)),
    method: view.getUint16(at + 10, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    compressedBytes,
    bytes: bytesOut,
    crc32: view.getUint32(at + 16, true),
    localOffset,
  };
  return { member, next };
}

async function readDirectoryBytes(
  source: ByteSource,
  directory: ByteRange,
): Promise<Uint8Array<ArrayBuffer>> {
  if (directory.length > MAX_DIRECTORY_BYTES) {
    throw new BoundExceededError(
      `${source.uri} has a zip directory of ${directory.length} bytes, allowed are ${MAX_DIRECTORY_BYTES}; save the matrix alone in its file`,
    );
  }
  return source.read(directory);
}

/**
 * Reads the central directory of a zip file. After the reads of the end records, one read of at
 * most 1 MiB.
 *
 * @throws {CorruptSourceError} a record is damaged, two members have the same name, or some are
 * missing.
 * @throws {BoundExceededError} the directory is longer than 1 MiB.
 * @example
 * const directory = await readZipDirectory(source);
 * const member = directory.members.get('data.npy');
 * if (member !== undefined) console.log(await locateMember(source, directory, member));
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const { directory, memberCount } = await readZipEnd(source);
  const bytes = await readDirectoryBytes(source, directory);
  const members = new Map<string, ZipMember>();
  let at = 0;
  while (at < bytes.length) {
    const entry = parseEntry(bytes, at);
    if (entry === undefined) {
      throw new CorruptSourceError(
        `${source.uri} has a damaged zip directory at offset ${directory.offset + at}; copy or save it again`,
      );
    }
    if (members.has(entry.member.name)) {
      throw new CorruptSourceError(`${source.uri} holds two members named ${entry.member.name}`);
    }
    members.set(entry.member.name, entry.member);
    at = entry.next;
  }
  if (members.size !== memberCount) {
    throw new CorruptSourceError(
      `${source.uri} should hold ${memberCount} members, its zip directory lists ${members.size}; the file is damaged`,
    );
  }
  return { members, offset: directory.offset };
}
