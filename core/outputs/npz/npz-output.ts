import { NPY_HEADER_BYTES } from '#core/containers/npy/write-header.ts';
import { zipOverhead } from '#core/containers/zip/stored-zip.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { checkBytes } from '#core/outputs/check-bytes.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import { zerosProblem } from '#core/outputs/zeros-problem.ts';
import { createNpzEncoder } from './npz-encoder.ts';
import { MEMBERS, storedDtype } from './npz-members.ts';

/** A column, and where a row ends. */
const INDEX_BYTES = 4;

/** All but indices, data and the ends of rows: headers, the first bound, format and shape. */
const FIXED_BYTES = zipOverhead(MEMBERS) + MEMBERS.length * NPY_HEADER_BYTES + INDEX_BYTES + 3 + 16;

/** A writer holds a chunk whole, in the 512 MB that the smallest one has. */
const TARGET = { bytes: 64 * 1024 ** 2 };
const MOST_BYTES = 128 * 1024 ** 2;

/** npz files of SciPy, one per chunk. */
export function npzOutput(): MatrixOutput {
  return {
    ending: '.npz',
    contentType: 'application/zip',
    isCompressed: false,
    content: (stored) => stored,
    beginsWithNames: () => false,
    printsRowNames: false,
    describe: () => ({ 'output.format': 'npz' }),
    problem: (matrix) => zerosProblem('npz', matrix),
    recordCount: ({ rowStart, rowEnd }) => rowEnd - rowStart,
    bounds({ shape: [rows], nnz, dtype }) {
      const entry = INDEX_BYTES + ITEM_BYTES[storedDtype(dtype)];
      const min = FIXED_BYTES + rows * INDEX_BYTES;
      return { min: min + Math.min(nnz, 1) * entry, max: min + nnz * entry };
    },
    automaticTarget: () => TARGET,
    mostBytes: MOST_BYTES,
    createEncoder: ({ shape: [, columns], dtype }, _room, buffer) =>
      createNpzEncoder({ columns, dtype, buffer }),
    check: (stored) => checkBytes(stored),
  };
}
