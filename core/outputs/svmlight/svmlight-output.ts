import { checkLines } from '#core/outputs/check-lines.ts';
import { inflated, storedAs } from '#core/outputs/compression.ts';
import { createGzipOfText } from '#core/outputs/gzip/gzip-of-text.ts';
import { textPart } from '#core/outputs/gzip/text-part.ts';
import { askedLabels, describeLabel } from '#core/outputs/label-section.ts';
import { companionProblem, notOfHive } from '#core/outputs/matrix-companions.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import { zerosProblem } from '#core/outputs/zeros-problem.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { svmlightBounds, svmlightPartBounds } from './svmlight-bounds.ts';
import { createSvmlightEncoder } from './svmlight-encoder.ts';
import type { SvmlightSpec } from './svmlight-spec.ts';

const STORED_AS = storedAs({ ending: '.svmlight', contentType: 'text/plain' });

/** Sent in 7 s, and compressed by zlib in four minutes of the smallest writer. */
const TARGET = { bytes: 512 * 1024 ** 2 };

function rowsOf({ shape: [rows, columns], nnz, dtype, labelColumn, labels }: MatrixInfo) {
  const hasLabel = labelColumn !== undefined;
  return { rows, columns, nnz, dtype, hasLabel, labelBytes: labels?.longestBytes };
}

/** svmlight, plain or as one gzip member per chunk. */
export function svmlightOutput(spec: SvmlightSpec): MatrixOutput {
  const { zeroBased, compression, single } = spec;
  const content: MatrixOutput['content'] = (stored, uri) => inflated(stored, compression, uri);
  return {
    ...STORED_AS[compression],
    isSingle: single === true,
    part: single && textPart(compression, (facts) => svmlightPartBounds(rowsOf(facts))),
    isCompressed: compression !== 'none',
    content,
    beginsWithNames: () => false,
    printsRowNames: false,
    label: spec.label?.column,
    labels: askedLabels(spec.label, { areNumbers: true }),
    describe: () => ({
      'output.format': 'svmlight',
      'output.zeroBased': zeroBased,
      'output.compression': compression,
      'output.label': describeLabel(spec.label),
      'output.single': single === true,
    }),
    problem: (matrix) =>
      zerosProblem('svmlight', matrix) ??
      companionProblem(spec, {
        hive: () => notOfHive('svmlight'),
        sagemaker: () => undefined,
      }),
    recordCount: ({ rowStart, rowEnd }) => rowEnd - rowStart,
    bounds: (facts) => svmlightBounds(rowsOf(facts)),
    automaticTarget: () => TARGET,
    createEncoder(matrix, _room, buffer) {
      const rows = { ...rowsOf(matrix), zeroBased };
      const createText = (text: Uint8Array) => createSvmlightEncoder({ ...rows, buffer: text });
      return compression === 'gzip' ? createGzipOfText(createText, buffer) : createText(buffer);
    },
    check: (stored, uri) => checkLines(content(stored, uri)),
  };
}
