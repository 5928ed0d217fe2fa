import { constants, createDeflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import * as fc from 'fast-check';

/** Bytes such as arrays hold: noise, few values, runs, things that come again near and far. */
const runs = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.array(fc.constantFrom(0, 1, 255), { maxLength: 3000 }).map((bytes) => Uint8Array.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 24 }), fc.integer({ min: 1, max: 2000 }))
    .map(([unit, times]) => Buffer.concat(new Array<Uint8Array>(times).fill(unit))),
);

/** Bytes in some pieces, of which each may be followed by a flush. */
const plainPieces: fc.Arbitrary<readonly Uint8Array[]> = fc
  .array(runs, { maxLength: 12 })
  // What came before comes again, too far for a window at times.
  .chain((pieces) =>
    fc
      .array(fc.nat(20), { maxLength: 6 })
      .map((again) => [...pieces, ...again.map((i) => pieces[i] ?? new Uint8Array())]),
  );

/** All that zlib lets one choose. */
const zlibOptions: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

/** Deflates pieces, with blocks that end where a piece does. */
export async function deflatePieces(
  pieces: readonly Uint8Array[],
  options: ZlibOptions,
  flush: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (flush === constants.Z_NO_FLUSH) {
    return new Uint8Array(deflateRawSync(Buffer.concat(pieces), options));
  }
  const deflate = createDeflateRaw(options);
  const out = Array.fromAsync<Buffer>(deflate);
  for (const piece of pieces) {
    deflate.write(piece);
    await new Promise<void>((resolve) => deflate.flush(flush, resolve));
  }
  deflate.end();
  return new Uint8Array(Buffer.concat(await out));
}

/** A stream, and the bytes it holds. */
export const streams = fc
  .tuple(
    plainPieces,
    zlibOptions,
    fc.constantFrom(
      constants.Z_NO_FLUSH,
      constants.Z_NO_FLUSH,
      constants.Z_PARTIAL_FLUSH,
      constants.Z_SYNC_FLUSH,
      constants.Z_BLOCK,
    ),
  )
  .map(async ([pieces, options, flush]) => ({
    plain: Buffer.concat(pieces),
    compressed: await deflatePieces(pieces, options, flush),
  }));
