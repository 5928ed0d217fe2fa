import * as z from 'zod/mini';
import { csvOutput } from './csv/csv-output.ts';
import { csvSection } from './csv/csv-section.ts';
import { csvSpec } from './csv/csv-spec.ts';
import { mtxOutput } from './mtx/mtx-output.ts';
import { mtxSection } from './mtx/mtx-section.ts';
import { mtxSpec } from './mtx/mtx-spec.ts';
import { npzOutput } from './npz/npz-output.ts';
import { npzSection } from './npz/npz-section.ts';
import { npzSpec } from './npz/npz-spec.ts';
import type { MatrixOutput } from './output.ts';
import { parquetOutput } from './parquet/parquet-output.ts';
import { parquetSection } from './parquet/parquet-section.ts';
import { parquetSpec } from './parquet/parquet-spec.ts';
import { recordioOutput } from './recordio/recordio-output.ts';
import { recordioSection } from './recordio/recordio-section.ts';
import { recordioSpec } from './recordio/recordio-spec.ts';
import { svmlightOutput } from './svmlight/svmlight-output.ts';
import { svmlightSection } from './svmlight/svmlight-section.ts';
import { svmlightSpec } from './svmlight/svmlight-spec.ts';

/**
 * What a run of a matrix writes, tagged with its kind. Request, run id, header and manifest have
 * all of it.
 */
export const matrixSpec = z.discriminatedUnion('kind', [
  csvSpec,
  // In the order in which messages name them.
  svmlightSpec,
  npzSpec,
  mtxSpec,
  recordioSpec,
  parquetSpec,
]);

/** The `output` section of a request of a matrix, by its `format`. */
export const outputRequest = [
  csvSection,
  // In the same order.
  svmlightSection,
  npzSection,
  mtxSection,
  recordioSection,
  parquetSection,
] as const;

export type MatrixOutputSpec = Readonly<z.infer<typeof matrixSpec>>;

/** What the sections can ask for. */
type Requested = z.infer<(typeof outputRequest)[number]>['spec'];

/** The words that `output.format` may be. A kind that has no section does not compile here. */
export const OUTPUT_KINDS: readonly Requested['kind'][] = matrixSpec.def.options.flatMap(
  ({ shape }) => shape.kind.def.values,
);

/** The kind of a request that names no `output.format`. */
export const DEFAULT_KIND = 'csv' satisfies MatrixOutputSpec['kind'];

/**
 * The output of a matrix that a spec describes.
 *
 * @example
 * const output = matrixOutputOf(run.output);
 * console.log(output.ending, output.contentType);
 * console.log(output.bounds(matrix)); // least and most bytes of the content
 */
export function matrixOutputOf(spec: MatrixOutputSpec): MatrixOutput {
  switch (spec.kind) {
    case 'csv':
      return csvOutput(spec);
    case 'svmlight':
      return svmlightOutput(spec);
    case 'npz':
      return npzOutput();
    case 'mtx':
      return mtxOutput(spec);
    case 'recordio-protobuf':
      return recordioOutput(spec);
    case 'parquet':
      return parquetOutput(spec);
  }
}
