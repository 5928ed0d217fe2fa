import { readMatrixHeader } from '#core/sparse/formats/arrays/matrix-header.ts';
import { resolveArrays, stageArrays } from '#core/sparse/formats/arrays/resolve-arrays.ts';
import type { MatrixFormat } from '#core/sparse/formats/matrix-format.ts';
import { INDEX_ROUND } from '#core/stage/stage-index.ts';
import { openNpz } from './open-npz.ts';

/** True for `PK\x03\x04`, or `PK\x05\x06` of an archive without members. */
function matches(head: Uint8Array): boolean {
  const [p, k, a, b] = head;
  return p === 0x50 && k === 0x4b && ((a === 3 && b === 4) || (a === 5 && b === 6));
}

/**
 * What `scipy.sparse.save_npz` writes, compressed or not: a zip file of npy arrays. Compressed
 * arrays get a seek index first.
 *
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.save_npz.html
 */
export const npz: MatrixFormat = {
  name: 'npz',
  matches,
  async resolve(input) {
    const file = await openNpz(input);
    return await resolveArrays({ format: 'npz', file }, await readMatrixHeader(file), input.staged);
  },
  async stage(job, input, signal) {
    const file = await openNpz(input);
    if (job.round === INDEX_ROUND) await file.stageIndex(job, { signal, isTimeUp: input.isTimeUp });
    else await stageArrays(job, file, input.staged);
  },
};
