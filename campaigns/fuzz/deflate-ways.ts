import { constants, deflateRawSync } from 'node:zlib';
import type { Random } from '#support/seeded-random.ts';

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FIXED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FILTERED,
];

/** Compresses in any of the ways that zlib can: stored, fixed and dynamic blocks, small windows. */
export function deflateSomehow(bytes: Uint8Array, random: Random): Uint8Array {
  return deflateRawSync(bytes, {
    level: random.pick([0, 1, 6, 9]),
    memLevel: random.pick([1, 8, 9]),
    windowBits: random.pick([9, 12, 15]),
    strategy: random.pick(STRATEGIES),
  });
}
