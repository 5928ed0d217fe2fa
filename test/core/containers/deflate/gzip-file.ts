import { constants, crc32, deflateRawSync, type ZlibOptions } from 'node:zlib';
import * as fc from 'fast-check';
import { countBytes, noiseBytes } from './count-bytes.ts';

/** Optional fields of the header of a gzip member. */
export interface HeaderFields {
  readonly extra?: Uint8Array | undefined;
  readonly name?: string | undefined;
  readonly comment?: string | undefined;
  readonly hasCrc?: boolean | undefined;
}

/** The header of a gzip member. */
export function gzipHeader({ extra, name, comment, hasCrc = false }: HeaderFields = {}): Buffer {
  const flags =
    (hasCrc ? 2 : 0) +
    (extra === undefined ? 0 : 4) +
    (name === undefined ? 0 : 8) +
    (comment === undefined ? 0 : 16);
  const length = extra === undefined ? [] : [extra.length & 255, extra.length >> 8];
  const texts = [name, comment].filter((text) => text !== undefined);
  const head = Buffer.concat([
    Buffer.of(0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, ...length),
    extra ?? Buffer.of(),
    ...texts.map((text) => Buffer.from(`${text}\0`, 'latin1')),
  ]);
  const crc = crc32(head) & 0xffff;
  return hasCrc ? Buffer.concat([head, Buffer.of(crc & 255, crc >> 8)]) : head;
}

/** CRC-32 and length after a member. */
export function gzipTrailer(crc: number, bytes: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  return trailer;
}

/** A gzip member. */
export function gzipMember(
  plain: Uint8Array,
  fields: HeaderFields = {},
  options: ZlibOptions = {},
): Buffer {
  const trailer = gzipTrailer(crc32(plain), plain.length);
  return Buffer.concat([gzipHeader(fields), deflateRawSync(plain, options), trailer]);
}

const word = fc.string({ unit: fc.constantFrom('a', 'é', ' '), maxLength: 9 });

/** Optional fields in any combination. */
export const headerFields: fc.Arbitrary<HeaderFields> = fc.record({
  extra: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
  name: fc.option(word, { nil: undefined }),
  comment: fc.option(word, { nil: undefined }),
  hasCrc: fc.boolean(),
});

const MIB = 1024 * 1024;

const counts = countBytes(8 * MIB);
const noise = noiseBytes(8 * MIB);

/** Some megabytes, of which parts compress and parts do not. */
const longBytes: fc.Arbitrary<Uint8Array> = fc
  .array(fc.tuple(fc.boolean(), fc.nat(3 * MIB), fc.nat(4 * MIB)), { minLength: 1, maxLength: 5 })
  .map((runs) =>
    Buffer.concat(
      runs.map(([isNoise, from, length]) =>
        (isNoise ? noise : counts).subarray(from, from + length),
      ),
    ),
  );

const levels = fc.record({
  level: fc.constantFrom(0, 1, 6),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY),
});

/** A raw stream long enough for checkpoints. */
export const longStreams = fc
  .tuple(longBytes, levels)
  .map(([plain, options]) => ({ plain, compressed: deflateRawSync(plain, options) }));

/** A gzip file long enough for checkpoints, cut into members of some lengths. */
export const longGzipFiles = fc
  .tuple(longBytes, levels, fc.array(fc.integer({ min: 0, max: 4 * MIB }), { maxLength: 6 }))
  .map(([plain, options, cuts]) => {
    const members: Buffer[] = [];
    let at = 0;
    for (const length of [...cuts, Number.POSITIVE_INFINITY]) {
      const piece = plain.subarray(at, at + length);
      members.push(gzipMember(piece, {}, options));
      at += piece.length;
    }
    return { plain, compressed: Buffer.concat(members) };
  });
