import type { BenchMatrix } from '#bench/peers/matrices.ts';
import type { Compression } from '#core/outputs/compression.ts';

/** How rows are cut into chunks. */
type Chunking = { readonly targetBytes: number } | 'automatic';

/** Text of a chunk of one matrix, so that there are enough for all cores. */
const TARGET_BYTES = 64 * 1024 * 1024;

/** What is exported: a matrix, once or stacked, so that the start of a process hardly counts. */
export interface ExportCase {
  readonly name: string;
  readonly matrix: BenchMatrix;
  readonly compression: Compression;
  /** How often the rows of the matrix follow each other. */
  readonly times: number;
}

/** Text for which all cores take ten seconds and more. */
const STACKED: Readonly<Record<Compression, number>> = { none: 10, gzip: 480 };

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

/** A stack has enough chunks as `export` cuts them where nothing is said. */
export function chunkingOf({ times }: Pick<ExportCase, 'times'>): Chunking {
  return times === 1 ? { targetBytes: TARGET_BYTES } : 'automatic';
}

/** The flags of a case, for `export` and `local run`. */
export function flagsOf(asked: ExportCase): readonly string[] {
  const chunking = chunkingOf(asked);
  const target = chunking === 'automatic' ? [] : ['--target-bytes', `${chunking.targetBytes}`];
  return ['--compression', asked.compression, ...target];
}
