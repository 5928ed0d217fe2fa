import type { BenchMatrix } from '#bench/peers/matrices.ts';
import type { Compression } from '#core/outputs/compression.ts';

/** Text of a chunk: enough chunks for all cores. */
export const TARGET_BYTES = 64 * 1024 * 1024;

/** What is exported: a matrix, once or stacked, so that the start of a process hardly counts. */
export interface ExportCase {
  readonly name: string;
  readonly matrix: BenchMatrix;
  readonly compression: Compression;
  /** How often the rows of the matrix follow each other. */
  readonly times: number;
}

/** Text of some GB on a disk, and as much more text as gzip makes it shorter. */
const STACKED: Readonly<Record<Compression, number>> = { none: 4, gzip: 40 };

/** Each matrix by itself and stacked, plain and gzip. */
export function exportCases(matrices: readonly BenchMatrix[]): readonly ExportCase[] {
  return matrices.flatMap((matrix) =>
    (['none', 'gzip'] as const).flatMap((compression) =>
      [1, STACKED[compression]].map((times) => {
        const what = compression === 'gzip' ? ', gzip' : '';
        return { name: `${matrix.name} × ${times}${what}`, matrix, compression, times };
      }),
    ),
  );
}

/** The sources of a case, in order. */
export function sourcesOf({ matrix, times }: ExportCase): readonly string[] {
  return Array.from({ length: times }, () => matrix.path);
}

/** The flags of a case, for `export` and `local run`. */
export function flagsOf({ compression }: ExportCase): readonly string[] {
  return ['--compression', compression, '--target-bytes', `${TARGET_BYTES}`];
}
