import type { openInflater } from '#core/containers/deflate/gzip-inflater.ts';
import { type InflateStart, WINDOW_BYTES } from '#core/containers/deflate/inflater.ts';

type Inflater = ReturnType<typeof openInflater>;

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

/** Takes what an inflater gives, until it wants more input or is done. */
class Outcome {
  readonly bytes: Uint8Array[] = [];
  readonly boundaries: Boundary[] = [];
  stop = 'input';
  #offset = 0;
  #next = 1;
  readonly #inflater: Inflater;

  constructor(inflater: Inflater) {
    this.#inflater = inflater;
  }

  take(): void {
    const inflater = this.#inflater;
    do {
      this.stop = inflater.step(this.#next - this.#offset);
      this.bytes.push(inflater.output.slice());
      this.#offset += inflater.output.length;
      if (this.stop === 'boundary') this.#addBoundary();
    } while (this.stop === 'boundary' || this.stop === 'output');
  }

  #addBoundary(): void {
    const { bit, window } = this.#inflater;
    this.#next = this.#offset + 1;
    this.boundaries.push({ bit, offset: this.#offset, window: window.slice() });
    if (window.length > WINDOW_BYTES) throw new Error('the window is too long');
  }
}

/** Inflates a stream from a place on, handed over in pieces of the lengths given. */
export function inflatePieces(
  inflater: Inflater,
  compressed: Uint8Array,
  lengths: readonly number[] = [compressed.length + 1],
  place: Pick<InflateStart, 'bit' | 'window'> = { bit: 0, window: new Uint8Array() },
): Inflated {
  const outcome = new Outcome(inflater);
  inflater.start({ where: 'the stream', compressedBytes: compressed.length, ...place });
  for (const piece of cut(compressed.subarray(place.bit >> 3), lengths)) {
    for (let at = 0; at < piece.length && outcome.stop !== 'end'; ) {
      at += inflater.put(piece.subarray(at));
      outcome.take();
    }
  }
  const { bytes, boundaries, stop } = outcome;
  return {
    bytes: Buffer.concat(bytes),
    boundaries,
    endBit: inflater.bit,
    isEnded: stop === 'end',
  };
}
