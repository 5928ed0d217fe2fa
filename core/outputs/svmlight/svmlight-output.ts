import { checkLines } from '#core/outputs/check-lines.ts';
import { type Compression, inflated } from '#core/outputs/compression.ts';
import { createGzipOfText } from '#core/outputs/gzip/gzip-of-text.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import { zerosProblem } from '#core/outputs/zeros-problem.ts';
import { svmlightBounds } from './svmlight-bounds.ts';
import { createSvmlightEncoder } from './svmlight-encoder.ts';
import type { SvmlightSpec } from './svmlight-spec.ts';

const STORED_AS: Readonly<
  Record<Compression, { readonly ending: string; readonly contentType: string }>
> = {
  none: { ending: '.svmlight', contentType: 'text/plain' },
  gzip: { ending: '.svmlight.gz', contentType: 'application/gzip' },
};

/** Sent in 7 s, and compressed by zlib in four minutes of the smallest writer. */
const TARGET = { bytes: 512 * 1024 ** 2 };

/** svmlight, plain or as one gzip member per chunk. */
export function svmlightOutput({ zeroBased, compression }: SvmlightSpec): MatrixOutput {
  const content: MatrixOutput['content'] = (stored, uri) => inflated(stored, compression, uri);
  return {
    ...STORED_AS[compression],
    isCompressed: compression !== 'none',
    content,
    beginsWithNames: () => false,
    printsRowNames: false,
    describe: () => ({
      'output.format': 'svmlight',
      'output.zeroBased': zeroBased,
      'output.compression': compression,
    }),
    problem: (matrix) => zerosProblem('svmlight', matrix),
    recordCount: ({ rowStart, rowEnd }) => rowEnd - rowStart,
    bounds: ({ shape: [rows, columns], nnz, dtype }) =>
      svmlightBounds({ rows, columns, nnz, dtype }),
    automaticTarget: () => TARGET,
    createEncoder({ shape: [, columns], dtype }, _room, buffer) {
      const createText = (text: Uint8Array) =>
        createSvmlightEncoder({ columns, dtype, zeroBased, buffer: text });
      return compression === 'gzip' ? createGzipOfText(createText, buffer) : createText(buffer);
    },
    check: (stored, uri) => checkLines(content(stored, uri)),
  };
}
