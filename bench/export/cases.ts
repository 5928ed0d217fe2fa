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

/** How often a file of a gzip stack has the rows of a matrix: such parts have 300 to 900 MB. */
export const COPIES = 24;

/**
 * How often a stack has its file: so often that the start of a process, and the time until its code
 * is compiled, hardly count. By gzip all cores take twenty seconds and more.
 */
const STACKED: Readonly<Record<string, Readonly<Record<Compression, number>>>> = {
  'counts 10k': { none: 10, gzip: 20 },
  WordNet: { none: 10, gzip: 40 },
};

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
      const copies = compression === 'gzip' ? COPIES : 1;
      const times = STACKED[matrix.name]![compression];
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
