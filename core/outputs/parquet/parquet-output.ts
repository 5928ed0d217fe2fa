import { checkBytes } from '#core/outputs/check-bytes.ts';
import { companionProblem } from '#core/outputs/matrix-companions.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import { zerosProblem } from '#core/outputs/zeros-problem.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { createParquetEncoder } from './parquet-encoder.ts';
import type { ParquetSpec } from './parquet-spec.ts';
import { groupBytes } from './row-group.ts';

/** Read and compressed in less than a minute. */
const TARGET = { bytes: 512 * 1024 ** 2 };

/** Footer and headers of a file with one row group. */
const FIXED_BYTES = { least: 100, most: 4_096 } as const;

/** Levels of both lists of a row, each of four runs at most. */
const LEVEL_BYTES = 2 * 4 * 6;

/** Hive reads numbers without a sign as such with one. */
function hiveProblem({ dtype }: MatrixInfo): string | undefined {
  if (dtype !== 'uint32' && dtype !== 'uint64') return undefined;
  return `values are ${dtype}, which Hive cannot read from Parquet as they are; give output.format csv, or leave out the companion`;
}

/** Parquet files of a matrix. */
export function parquetOutput(spec: ParquetSpec): MatrixOutput {
  const { layout, compression, rowGroupBytes } = spec;
  return {
    ending: '.parquet',
    contentType: 'application/vnd.apache.parquet',
    isCompressed: compression !== 'none',
    content: (stored) => stored,
    beginsWithNames: () => true,
    omitsDefaultNames: true,
    printsRowNames: false,
    describe: () => ({
      'output.format': 'parquet',
      'output.layout': layout,
      'output.compression': compression,
      'output.parquet.rowGroupBytes': rowGroupBytes,
    }),
    problem: (matrix) =>
      zerosProblem('parquet', matrix) ??
      companionProblem(spec, {
        hive: () => hiveProblem(matrix),
        sagemaker: () =>
          'the algorithms of SageMaker do not read these files; give output.format csv or recordio-protobuf, or leave out the companion',
      }),
    recordCount: (_, counted) => counted,
    bounds({ shape: [rows], nnz, dtype }) {
      const { entry, row } = groupBytes(layout, dtype);
      const levels = layout === 'lists' ? LEVEL_BYTES : 0;
      // A byte for what compression may add, and for the headers of more row groups.
      const max = rows * (row + levels) + nnz * (entry + 1);
      return { min: FIXED_BYTES.least, max: FIXED_BYTES.most + max };
    },
    automaticTarget: () => TARGET,
    createEncoder: ({ shape: [, columns], dtype }, _room, buffer) =>
      createParquetEncoder({ spec, columns, dtype, buffer }),
    check: (stored) => checkBytes(stored),
  };
}
