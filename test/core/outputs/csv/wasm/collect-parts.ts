import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

/** Buffers of the given sizes in turn, filled with what no text holds. */
export function freshBuffers(sizes: readonly number[]): () => Uint8Array {
  let next = 0;
  return () => {
    const buffer = new Uint8Array(sizes[next % sizes.length]!).fill(0x7e);
    next += 1;
    return buffer;
  };
}

/** What an encoder is run over. */
export interface Chunk {
  /** Columns of a header line, if there is to be one. */
  readonly names?: readonly string[];
  readonly slices: Iterable<CsrSlice>;
}

/**
 * Runs an encoder over a chunk as a writer does; returns copies of its parts.
 *
 * @param onPart gets each part while the encoder's `partCrc32` is still that of the part.
 */
export function collectParts(
  create: (buffer: Uint8Array) => ChunkEncoder,
  { names, slices }: Chunk,
  nextBuffer: () => Uint8Array,
  onPart: (part: Uint8Array, encoder: ChunkEncoder) => void = () => {},
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const encoder = create(nextBuffer());
  const add = (part: Uint8Array) => {
    onPart(part, encoder);
    parts.push(part.slice());
  };
  const drain = (generator: ReturnType<ChunkEncoder['encode']>) => {
    for (let step = generator.next(); step.done !== true; step = generator.next(nextBuffer())) {
      add(step.value);
    }
  };
  if (names !== undefined) drain(encoder.header(names));
  for (const slice of slices) drain(encoder.encode(slice));
  add(encoder.finish());
  return parts;
}
