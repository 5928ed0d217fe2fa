import type { MatrixFormat } from '#core/sparse/formats/matrix-format.ts';
import { resolveNpz, stageNpz } from './resolve-npz.ts';

/** True for `PK\x03\x04`, or `PK\x05\x06` of an archive without members. */
function matches(head: Uint8Array): boolean {
  const [p, k, a, b] = head;
  return p === 0x50 && k === 0x4b && ((a === 3 && b === 4) || (a === 5 && b === 6));
}

/** What `scipy.sparse.save_npz` writes, compressed or not: a zip file of npy arrays. */
export const npz: MatrixFormat = { name: 'npz', matches, resolve: resolveNpz, stage: stageNpz };
