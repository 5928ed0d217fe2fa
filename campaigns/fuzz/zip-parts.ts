import { crc32, inflateRawSync } from 'node:zlib';
import { type ZipLayout, zipPieces } from '#support/npz/zip.ts';

/** A member of a zip file. */
export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** 0 is stored, 8 is deflate. */
  readonly method: number;
  /** As it lies in the file; of any method. */
  readonly body: Uint8Array;
}

const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

/** The member whose entry in the directory begins at `at`, and where the next one begins. */
function readPart(file: Buffer, at: number): readonly [part: ZipPart, next: number] {
  const method = file.readUInt16LE(at + 10);
  const packed = file.readUInt32LE(at + 20);
  const nameBytes = file.readUInt16LE(at + 28);
  const local = file.readUInt32LE(at + 42);
  const start = local + LOCAL_BYTES + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  const body = new Uint8Array(file.subarray(start, start + packed));
  const name = file.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
  const bytes = method === 8 ? new Uint8Array(inflateRawSync(body)) : body;
  const extraBytes = file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  return [{ name, bytes, method, body }, at + ENTRY_BYTES + nameBytes + extraBytes];
}

/** The members of a valid zip file without zip64 records; undefined where it is not that simple. */
export function readParts(bytes: Uint8Array): ZipPart[] | undefined {
  try {
    const file = Buffer.from(bytes);
    const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    const parts: ZipPart[] = [];
    let at = file.readUInt32LE(end + 16);
    while (at + END_BYTES < end) {
      const [part, next] = readPart(file, at);
      parts.push(part);
      at = next;
    }
    return parts.length > 0 ? parts : undefined;
  } catch {
    return undefined;
  }
}

/** Writes parts with right checksums, lengths and offsets. A name may occur twice. */
export function writeParts(parts: readonly ZipPart[], layout: ZipLayout): Uint8Array {
  const members = parts.map(({ name, bytes, method, body }) => {
    return { name, method, crc: crc32(bytes), size: bytes.length, body: [body] };
  });
  return new Uint8Array(Buffer.concat([...zipPieces(members, layout)]));
}
