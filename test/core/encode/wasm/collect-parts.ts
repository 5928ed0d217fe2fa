import type { ChunkEncoder } from '#core/encode/chunk-encoder.ts';
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

/** Runs an encoder over slices as a writer does; returns copies of its parts. */
export function collectParts(
  create: (buffer: Uint8Array) => ChunkEncoder,
  slices: Iterable<CsrSlice>,
  nextBuffer: () => Uint8Array,
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const encoder = create(nextBuffer());
  for (const slice of slices) {
    const generator = encoder.encode(slice);
    for (let step = generator.next(); step.done !== true; step = generator.next(nextBuffer())) {
      parts.push(step.value.slice());
    }
  }
  return [...parts, encoder.finish().slice()];
}
