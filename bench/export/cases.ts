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
  /** How often the rows of the file follow each other. */
  readonly times: number;
}

/** How often a file of a stack has the rows of a matrix: such parts have 300 to 900 MB. */
export const COPIES = 24;

/** Files with text for which all cores take ten seconds and more. */
const STACKED: Readonly<Record<Compression, { readonly copies: number; readonly times: number }>> =
  { none: { copies: 1, times: 10 }, gzip: { copies: COPIES, times: 20 } };

/**
 * Each matrix by itself and stacked, plain and gzip.
 *
 * @param copied the same matrices, each {@link COPIES} times in one file.
 */
export function exportCases(
  matrices: readonly BenchMatrix[],
  copied: readonly BenchMatrix[],
): readonly ExportCase[] {
  return matrices.flatMap((matrix, at) =>
    (['none', 'gzip'] as const).flatMap((compression): ExportCase[] => {
      const { copies, times } = STACKED[compression];
      const what = compression === 'gzip' ? ', gzip' : '';
      const stack = copies === 1 ? matrix : copied[at]!;
      return [
        { name: `${matrix.name}${what}`, matrix, compression, times: 1 },
        { name: `${matrix.name} × ${copies * times}${what}`, matrix: stack, compression, times },
      ];
    }),
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
