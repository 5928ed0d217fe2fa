import { checkBytes } from '#core/outputs/check-bytes.ts';
import { inflated, storedAs } from '#core/outputs/compression.ts';
import { createGzipOfText } from '#core/outputs/gzip/gzip-of-text.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import { zerosProblem } from '#core/outputs/zeros-problem.ts';
import { createMtxEncoder } from './mtx-encoder.ts';
import type { MtxSpec } from './mtx-spec.ts';
import { mtxBounds } from './mtx-text.ts';

const STORED_AS = storedAs({ ending: '.mtx', contentType: 'text/plain' });

/** A writer holds the entries of a chunk, in the 512 MB that the smallest one has. */
const TARGET = { bytes: 128 * 1024 ** 2 };
const MOST_BYTES = 256 * 1024 ** 2;

/** Matrix Market files, plain or as gzip, one per chunk. */
export function mtxOutput({ compression }: MtxSpec): MatrixOutput {
  const content: MatrixOutput['content'] = (stored, uri) => inflated(stored, compression, uri);
  return {
    ...STORED_AS[compression],
    isCompressed: compression !== 'none',
    content,
    beginsWithNames: () => false,
    printsRowNames: false,
    describe: () => ({ 'output.format': 'mtx', 'output.compression': compression }),
    problem: (matrix) => zerosProblem('mtx', matrix),
    recordCount: ({ rowStart, rowEnd }) => rowEnd - rowStart,
    bounds: ({ shape: [rows, columns], nnz, dtype }) => mtxBounds({ rows, columns, nnz, dtype }),
    automaticTarget: () => TARGET,
    mostBytes: MOST_BYTES,
    createEncoder({ shape: [, columns], dtype }, _room, buffer) {
      const createText = (text: Uint8Array) => createMtxEncoder({ columns, dtype, buffer: text });
      return compression === 'gzip' ? createGzipOfText(createText, buffer) : createText(buffer);
    },
    check: (stored, uri) => checkBytes(content(stored, uri)),
  };
}
