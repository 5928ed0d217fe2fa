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

function damaged(bytes: Uint8Array, at: number): CorruptSourceError {
  return new CorruptSourceError(`lzf data is damaged at byte ${at} of ${bytes.length}`);
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
    if (control < FIRST_COPY) {
      const length = control + 1;
      if (at + length > bytes.length || end + length > limit) throw damaged(bytes, at);
      out.set(bytes.subarray(at, at + length), end);
      at += length;
      end += length;
      continue;
    }
    let length = (control >> 5) + LEAST_COPY;
    if (length === LONG + LEAST_COPY) length += bytes[at++] ?? 0;
    const distance = ((control & 31) << 8) + (bytes[at++] ?? 0) + 1;
    if (at > bytes.length || distance > end || end + length > limit) throw damaged(bytes, at);
    copyBack(out, end, distance, length);
    end += length;
  }
  return out.subarray(0, end);
}
