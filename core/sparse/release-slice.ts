import type { CsrSlice } from './csr.ts';

/**
 * Frees the memory of a slice at once; its arrays are empty afterwards. The garbage collector does
 * not count what lies outside its heap, so without this several used slices would stay in memory.
 */
export function releaseSlice({ indptr, indices, data }: CsrSlice): void {
  for (const { buffer } of [indptr, indices, data]) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
