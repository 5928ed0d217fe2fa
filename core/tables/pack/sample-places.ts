import type { ByteRange } from '#core/bytes/byte-source.ts';

/**
 * Places, and bytes at each: 16 MiB in all. Measured, 4 places of 1 MiB miss the size of the
 * output by 1.3 %, 8 of 4 MiB by 0.2 %.
 */
const PLACES = 8;
const PLACE_BYTES = 2 * 1024 * 1024;

/**
 * Where a source is sampled: eight places of 2 MiB in the middle of its eighths, or all of it where
 * it is smaller than these. In order and apart.
 *
 * @param totalBytes of all units; a place is found by `PackUnits.positionsAt`.
 */
export function samplePlaces(totalBytes: number): readonly ByteRange[] {
  if (totalBytes === 0) return [];
  if (totalBytes <= PLACES * PLACE_BYTES) return [{ offset: 0, length: totalBytes }];
  const part = totalBytes / PLACES;
  return Array.from({ length: PLACES }, (_, i) => ({
    offset: Math.floor(part * (i + 0.5) - PLACE_BYTES / 2),
    length: PLACE_BYTES,
  }));
}
