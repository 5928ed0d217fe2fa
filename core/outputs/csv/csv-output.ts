import { checkLines } from '#core/outputs/check-lines.ts';
import { inflated, storedAs } from '#core/outputs/compression.ts';
import { textPart } from '#core/outputs/gzip/text-part.ts';
import { askedLabels, describeLabel } from '#core/outputs/label-section.ts';
import type { ContentBounds, MatrixOutput } from '#core/outputs/output.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { automaticTarget } from './automatic-target.ts';
import { createChunkEncoder } from './create-chunk-encoder.ts';
import { csvCompanionProblem } from './csv-companions.ts';
import type { CsvDialect } from './csv-dialect.ts';
import type { CsvSpec } from './csv-spec.ts';
import { createMixedChunkEncoder } from './mixed/create-mixed-chunk-encoder.ts';
import { mixedBounds } from './mixed/mixed-bounds.ts';
import { textBounds, utf8Bytes } from './text-bounds.ts';

const STORED_AS = storedAs({ ending: '.csv', contentType: 'text/csv' });

/** Stands above the labels of an object in a header line. */
const LABEL_TITLE = 'label';

/** Rows begin with the label of an object as they begin with a name. */
function lineDialect({ dialect, label }: CsvSpec): CsvDialect {
  return label?.uri === undefined ? dialect : { ...dialect, index: true };
}

/** What is known of the texts that rows begin with; undefined where these are none, or numbers. */
function firstCells({ naRep }: CsvDialect, { labels, rowNames }: MatrixInfo) {
  if (labels === undefined) return rowNames;
  const isFloat = labels.dtype.startsWith('float');
  const longestBytes = Math.max(labels.longestBytes, isFloat ? utf8Bytes(naRep) : 0);
  return { title: LABEL_TITLE, longestBytes };
}

/** Bounds of the text of rows. */
function csvBounds(dialect: CsvDialect, facts: MatrixInfo): ContentBounds {
  const { shape, nnz, dtype, fillValue, columnTypes: types } = facts;
  const [rows, columns] = shape;
  const rowNames = firstCells(dialect, facts);
  if (types !== undefined) return mixedBounds({ rows, columns, nnz, types, dialect, rowNames });
  return textBounds({ rows, columns, nnz, dtype, fillValue, dialect, rowNames });
}

/** What makes the encoders of chunks. */
function encoderOf({
  dialect,
  compression,
}: Pick<CsvSpec, 'dialect' | 'compression'>): MatrixOutput['createEncoder'] {
  return (matrix, { kernel }, buffer) => {
    const { shape, nnz, dtype, fillValue, columnTypes: types, columnGroups } = matrix;
    const [rows, columns] = shape;
    const rowNames = firstCells(dialect, matrix);
    const density = { rows, nnz };
    if (types !== undefined && columnGroups !== undefined) {
      const mixed = { columns, types, dialect, rowNames, columnGroups, buffer };
      return createMixedChunkEncoder({ ...mixed, compression, density });
    }
    const cells = { columns, dtype, fillValue, dialect, rowNames };
    return createChunkEncoder(kernel, { ...cells, compression, density, buffer });
  };
}

/** CSV, plain or as one gzip member per chunk. */
export function csvOutput(spec: CsvSpec): MatrixOutput {
  const { compression, single, label } = spec;
  const dialect = lineDialect(spec);
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
    printsRowNames: spec.dialect.index === true,
    label: label?.column,
    labels: askedLabels(label, { areNumbers: false }),
    naText: dialect.naRep,
    problem: (matrix) => csvCompanionProblem(spec, matrix),
    describe: () => ({
      'output.format': 'csv',
      'output.compression': compression,
      'output.single': single === true,
      'output.text.profile': dialect.profile,
      'output.text.delimiter': dialect.delimiter,
      'output.text.naRep': dialect.naRep,
      'output.text.header': dialect.header,
      'output.text.index': spec.dialect.index === true,
      'output.text.label': describeLabel(label),
    }),
    recordCount: ({ index, rowStart, rowEnd }) =>
      rowEnd - rowStart + (beginsWithNames(index) ? 1 : 0),
    bounds,
    automaticTarget: ({ shape: [rows, columns], nnz }) =>
      automaticTarget(spec, columns, { rows, nnz }),
    createEncoder: encoderOf({ dialect, compression }),
    check: (stored, uri) => checkLines(content(stored, uri)),
  };
}
