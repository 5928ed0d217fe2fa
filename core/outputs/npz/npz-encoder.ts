import { storedZip } from '#core/containers/zip/stored-zip.ts';
import type { DType } from '#core/elements/dtype.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { HeldSlices } from '#core/outputs/held-slices.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { npzMembers } from './npz-members.ts';

const NOTHING = new Uint8Array(0);

interface NpzOptions {
  readonly columns: number;
  readonly dtype: DType;
  readonly buffer: Uint8Array;
}

class NpzEncoder implements ChunkEncoder {
  readonly holdsSlices = true;
  readonly #options: NpzOptions;
  readonly #out: PartWriter;
  readonly #held = new HeldSlices();

  constructor(options: NpzOptions) {
    this.#options = options;
    this.#out = new PartWriter(options.buffer);
  }

  /** The format has no names. */
  *header(): Parts {}

  /** Writes nothing before all entries are counted. */
  *encode(slice: CsrSlice): Parts {
    this.#held.add(slice);
    yield* this.#out.write(NOTHING);
  }

  *end(): Parts {
    for (const piece of storedZip(npzMembers(this.#held, this.#options))) {
      yield* this.#out.write(piece);
    }
    this.#held.release();
  }

  finish(): Uint8Array {
    return this.#out.last();
  }
}

/** Creates the encoder of one npz file. It keeps the slices of its chunk until `end`. */
export function createNpzEncoder(options: NpzOptions): ChunkEncoder {
  return new NpzEncoder(options);
}
