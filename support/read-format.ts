import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { RequestError } from '#core/errors.ts';
import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { FormatInput, MatrixFormat } from '#core/sparse/formats/matrix-format.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { type Entry, rowsOf } from './csr-arbitrary.ts';

/** A matrix read by one format, and how it came to be. */
export interface ReadMatrix {
  readonly layout: MatrixLayout;
  readonly matrix: Matrix;
  readonly staged: MemoryStageStore;
  /** In the order in which they were done. */
  readonly jobs: readonly StageJob[];
}

/** An object as formats get it; what is staged is kept in memory. */
export function formatInput(
  source: ByteSource,
  options: SourceOptions = {},
  staged: MemoryStageStore = memoryStageStore(),
): FormatInput & { readonly staged: MemoryStageStore } {
  const { uri, etag, size } = source;
  const pin = { uri, etag, versionId: null, size };
  const store = {
    pin: async () => pin,
    async *list() {
      yield pin;
    },
    open: staged.openPinned,
  };
  return { unit: { uri, objects: [pin] }, source, options, store, staged };
}

/** Resolves an object by a format, doing all its jobs, those of a round in reverse order. */
export async function resolveWith(
  format: MatrixFormat,
  source: ByteSource | string | Uint8Array,
  options: SourceOptions = {},
): Promise<ReadMatrix> {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const input = formatInput(
    bytes instanceof Uint8Array ? memorySource(bytes, 'x') : bytes,
    options,
  );
  const jobs: StageJob[] = [];
  for (;;) {
    const resolution = await format.resolve(input);
    if ('layout' in resolution) {
      const { layout } = resolution;
      const matrix = openLayout(input.unit.uri, layout, input.store);
      return { layout, matrix, staged: input.staged, jobs };
    }
    if (resolution.jobs.length === 0) throw new RequestError(['no jobs, and no matrix either']);
    for (const job of resolution.jobs.toReversed()) {
      jobs.push(job);
      await format.stage?.(job, input);
    }
  }
}

/** All rows of a matrix in canonical form. */
export async function readRows({ matrix }: Pick<ReadMatrix, 'matrix'>): Promise<Entry[][]> {
  const range = { rowStart: 0, rowEnd: matrix.shape[0] };
  return rowsOf(await Array.fromAsync(readSlices(matrix, range, { sliceBytes: 4096 })));
}
