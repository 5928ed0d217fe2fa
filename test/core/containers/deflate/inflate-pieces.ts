import {
  type Inflater,
  type InflateStart,
  WINDOW_BYTES,
} from '#core/containers/deflate/inflater.ts';

/** A place between two blocks, and what is needed to begin there. */
export interface Boundary {
  readonly bit: number;
  readonly offset: number;
  readonly window: Uint8Array;
}

/** What came of inflating. */
export interface Inflated {
  readonly bytes: Buffer;
  readonly boundaries: readonly Boundary[];
  /** Bits of the stream that were read. */
  readonly endBit: number;
  readonly isEnded: boolean;
}

/** Cuts bytes into pieces of the lengths given, in turn. */
export function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + lengths[i % lengths.length]!;
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** Inflates a stream from a place on, handed over in pieces of the lengths given. */
export function inflatePieces(
  inflater: Inflater,
  compressed: Uint8Array,
  lengths: readonly number[] = [compressed.length + 1],
  place: Pick<InflateStart, 'bit' | 'window'> = { bit: 0, window: new Uint8Array() },
): Inflated {
  const out: Uint8Array[] = [];
  const boundaries: Boundary[] = [];
  let offset = 0;
  let next = 1;
  let stop = 'input';
  inflater.start({ where: 'the stream', compressedBytes: compressed.length, ...place });
  for (const piece of cut(compressed.subarray(place.bit >> 3), lengths)) {
    for (let at = 0; at < piece.length && stop !== 'end'; ) {
      at += inflater.put(piece.subarray(at));
      do {
        stop = inflater.step(next - offset);
        out.push(inflater.output.slice());
        offset += inflater.output.length;
        if (stop !== 'boundary') continue;
        next = offset + 1;
        boundaries.push({ bit: inflater.bit, offset, window: inflater.window.slice() });
        if (inflater.window.length > WINDOW_BYTES) throw new Error('the window is too long');
      } while (stop === 'boundary' || stop === 'output');
    }
  }
  return { bytes: Buffer.concat(out), boundaries, endBit: inflater.bit, isEnded: stop === 'end' };
}
