import { companionProblem } from '#core/outputs/matrix-companions.ts';
import { type MatrixInfo, withRows } from '#core/sparse/matrix-facts.ts';
import type { CsvSpec } from './csv-spec.ts';
import { textBounds } from './text-bounds.ts';

/** Hadoop reads lines of at most so many bytes, the most that a number of 32 bits holds. */
const MOST_LINE_BYTES = 2 ** 31 - 1;

/** Bytes of the longest line, if all cells are stored. */
function longestLine({ dialect }: CsvSpec, matrix: MatrixInfo): number {
  const [, columns] = matrix.shape;
  const { shape: _, ...row } = withRows(matrix, 1, columns);
  return textBounds({ ...row, rows: 1, columns, dialect }).max;
}

function headerProblem({ dialect }: CsvSpec, reader: string): string | undefined {
  if (dialect.header === 'none') return undefined;
  return `${reader} takes the header line of the first chunk for a row; leave out output.text.header or the companion`;
}

function hiveProblem(spec: CsvSpec, matrix: MatrixInfo): string | undefined {
  if (matrix.columnTypes !== undefined) {
    return `the columns have ${matrix.columnTypes.groups.length} groups of dtypes, and the table would need one; give a matrix of one dtype, or leave out the companion`;
  }
  if (spec.dialect.index) {
    return 'names of rows may be quoted, which Hive does not read; leave out output.text.index or the companion';
  }
  if (spec.label?.uri !== undefined) {
    return 'labels of an object may be quoted, which Hive does not read; leave out output.text.label or the companion';
  }
  if (matrix.shape[1] === 0) return 'a table of Hive has columns, the matrix has none';
  const longest = longestLine(spec, matrix);
  if (longest > MOST_LINE_BYTES) {
    return `a line may have ${longest} bytes, and Hive reads ${MOST_LINE_BYTES}; give output.format parquet, or leave out the companion`;
  }
  return headerProblem(spec, 'Hive');
}

/** Why readers of its companions cannot read an output as CSV. */
export function csvCompanionProblem(spec: CsvSpec, matrix: MatrixInfo): string | undefined {
  return companionProblem(spec, {
    hive: () => hiveProblem(spec, matrix),
    sagemaker: () => headerProblem(spec, 'SageMaker'),
  });
}
