import { CorruptSourceError } from '#core/errors.ts';

/** A control byte below this begins literals; in any other the high three bits are a length. */
const FIRST_COPY = 32;

/** A length of 7 goes on in the next byte. */
const LONG = 7;

/** A copy has this many bytes more than its length says. */
const LEAST_COPY = 2;

/** Copies `length` bytes from `distance` bytes before `at`; source and target may overlap. */
function copyBack(out: Uint8Array, at: number, distance: number, length: number): void {
  if (distance >= length) {
    out.copyWithin(at, at - distance, at - distance + length);
    return;
  }
  for (let i = at; i < at + length; i++) out[i] = out[i - distance]!;
}

/**
 * Inflates LZF, h5py's own compression.
 *
 * @param limit most bytes of the result; as many are allocated.
 * @throws {CorruptSourceError} the bytes are damaged, or inflate to more than `limit`.
 * @see http://oldhome.schmorp.de/marc/liblzf.html
 */
export function inflateLzf(bytes: Uint8Array, limit: number): Uint8Array {
  const out = new Uint8Array(limit);
  let at = 0;
  let end = 0;
  while (at < bytes.length) {
    const control = bytes[at++]!;
    const isCopy = control >= FIRST_COPY;
    let length = isCopy ? control >> 5 : control + 1;
    if (isCopy && length === LONG) length += bytes[at++] ?? 0;
    if (isCopy) length += LEAST_COPY;
    const distance = isCopy ? ((control & 31) << 8) + (bytes[at++] ?? 0) + 1 : 0;
    const runs = isCopy ? at : at + length;
    if (runs > bytes.length || distance > end || end + length > limit) {
      throw new CorruptSourceError(`lzf data is damaged at byte ${at} of ${bytes.length}`);
    }
    if (isCopy) copyBack(out, end, distance, length);
    else out.set(bytes.subarray(at, runs), end);
    at = runs;
    end += length;
  }
  return out.subarray(0, end);
}
