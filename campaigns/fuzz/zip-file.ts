import { crc32, inflateRawSync } from 'node:zlib';

/** A member of a zip file. */
export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** 0 is stored, 8 is deflate. */
  readonly method: number;
  /** As it lies in the file; of any method. */
  readonly body: Uint8Array;
}

/** How a zip file is written; what is left out is as NumPy does it. */
export interface ZipStyle {
  /** Behind the members, not in their headers, are their sizes. */
  readonly hasDescriptors: boolean;
  readonly comment: Uint8Array;
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

type Field = readonly [size: 2 | 4, value: number];

function fields(...values: readonly Field[]): Buffer {
  return Buffer.concat(
    values.map(([size, value]) => {
      const bytes = Buffer.alloc(size);
      bytes.writeUIntLE(value, 0, size);
      return bytes;
    }),
  );
}

function zeros(...sizes: readonly (2 | 4)[]): readonly Field[] {
  return sizes.map((size) => [size, 0]);
}

/** A member with its headers, and its entry of the directory where it begins at `offset`. */
function memberOf(part: ZipPart, { hasDescriptors }: ZipStyle, offset: number): [Buffer, Buffer] {
  const { name, bytes, method, body } = part;
  const nameBytes = Buffer.from(name);
  const flags = hasDescriptors ? 8 : 0;
  const sizes: readonly Field[] = [
    [4, crc32(bytes)],
    [4, body.length],
    [4, bytes.length],
  ];
  const known = hasDescriptors ? zeros(4, 4, 4) : sizes;
  const start: readonly Field[] = [[2, 20], [2, flags], [2, method], ...zeros(4)];
  const lengths: readonly Field[] = [[2, nameBytes.length], ...zeros(2)];
  const place: readonly Field[] = [...zeros(2, 2, 2, 4), [4, offset]];
  const local = fields([4, 0x04034b50], ...start, ...known, ...lengths);
  const descriptor = hasDescriptors ? fields([4, 0x08074b50], ...sizes) : Buffer.of();
  const entry = fields([4, 0x02014b50], [2, 20], ...start, ...sizes, ...lengths, ...place);
  return [Buffer.concat([local, nameBytes, body, descriptor]), Buffer.concat([entry, nameBytes])];
}

/** Writes members, names twice or not, with right checksums, lengths and offsets. */
export function writeParts(parts: readonly ZipPart[], style: ZipStyle): Uint8Array {
  const members: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const [member, entry] = memberOf(part, style, offset);
    members.push(member);
    entries.push(entry);
    offset += member.length;
  }
  const directory = Buffer.concat(entries);
  const { comment } = style;
  const counts: readonly Field[] = [...zeros(2, 2), [2, parts.length], [2, parts.length]];
  const where: readonly Field[] = [
    [4, directory.length],
    [4, offset],
    [2, comment.length],
  ];
  const end = fields([4, 0x06054b50], ...counts, ...where);
  return new Uint8Array(Buffer.concat([...members, directory, end, comment]));
}
