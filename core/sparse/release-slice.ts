import type { CsrSlice } from './csr.ts';

/**
 * Gives the memory of a slice back at once: the garbage collector, which does not feel how much lies outside
 * its heap, would let several slices pile up. The arrays are empty afterwards.
 */
export function releaseSlice({ indptr, indices, data }: CsrSlice): void {
  for (const { buffer } of [indptr, indices, data]) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
