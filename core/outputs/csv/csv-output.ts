import { checkLines } from '#core/outputs/check-lines.ts';
import { inflated, storedAs } from '#core/outputs/compression.ts';
import { textPart } from '#core/outputs/gzip/text-part.ts';
import { describeLabel } from '#core/outputs/label-section.ts';
import type { ContentBounds, MatrixOutput } from '#core/outputs/output.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { automaticTarget } from './automatic-target.ts';
import { createChunkEncoder } from './create-chunk-encoder.ts';
import { csvCompanionProblem } from './csv-companions.ts';
import type { CsvDialect } from './csv-dialect.ts';
import type { CsvSpec } from './csv-spec.ts';
import { createMixedChunkEncoder } from './mixed/create-mixed-chunk-encoder.ts';
import { mixedBounds } from './mixed/mixed-bounds.ts';
import { textBounds } from './text-bounds.ts';

const STORED_AS = storedAs({ ending: '.csv', contentType: 'text/csv' });

/** Bounds of the text of rows. */
function csvBounds(
  dialect: CsvDialect,
  { shape, nnz, dtype, fillValue, rowNames, columnTypes: types }: MatrixInfo,
): ContentBounds {
  const [rows, columns] = shape;
  if (types !== undefined) return mixedBounds({ rows, columns, nnz, types, dialect, rowNames });
  return textBounds({ rows, columns, nnz, dtype, fillValue, dialect, rowNames });
}

/** CSV, plain or as one gzip member per chunk. */
export function csvOutput(spec: CsvSpec): MatrixOutput {
  const { dialect, compression, single } = spec;
  const beginsWithNames = (index: number) => dialect.header === 'first-chunk' && index === 0;
  const bounds: MatrixOutput['bounds'] = (facts) => csvBounds(dialect, facts);
  const content: MatrixOutput['content'] = (stored, uri) => inflated(stored, compression, uri);
  return {
    ...STORED_AS[compression],
    isSingle: single === true,
    part: single && textPart(compression, bounds),
    isCompressed: compression !== 'none',
    content,
    beginsWithNames,
    printsRowNames: dialect.index === true,
    label: spec.label?.column,
    problem: (matrix) => csvCompanionProblem(spec, matrix),
    describe: () => ({
      'output.format': 'csv',
      'output.compression': compression,
      'output.single': single === true,
      'output.text.profile': dialect.profile,
      'output.text.delimiter': dialect.delimiter,
      'output.text.naRep': dialect.naRep,
      'output.text.header': dialect.header,
      'output.text.index': dialect.index === true,
      'output.text.label': describeLabel(spec.label),
    }),
    recordCount: ({ index, rowStart, rowEnd }) =>
      rowEnd - rowStart + (beginsWithNames(index) ? 1 : 0),
    bounds,
    automaticTarget: ({ shape: [rows, columns], nnz }) =>
      automaticTarget(spec, columns, { rows, nnz }),
    createEncoder(matrix, { kernel }, buffer) {
      const { shape, nnz, dtype, fillValue, rowNames, columnTypes: types, columnGroups } = matrix;
      const [rows, columns] = shape;
      const density = { rows, nnz };
      if (types !== undefined && columnGroups !== undefined) {
        const mixed = { columns, types, dialect, rowNames, columnGroups, buffer };
        return createMixedChunkEncoder({ ...mixed, compression, density });
      }
      const cells = { columns, dtype, fillValue, dialect, rowNames };
      return createChunkEncoder(kernel, { ...cells, compression, density, buffer });
    },
    check: (stored, uri) => checkLines(content(stored, uri)),
  };
}
