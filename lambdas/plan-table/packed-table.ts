import type { RunBase } from '#core/run/run-fields.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import type { ShuffledFile } from '#core/tables/shuffle/pack-partitions.ts';
import type { TablePlan } from '#tables/plan-table.ts';

/** A table whose rows are scattered, and what its files gather. */
export interface PackedTable extends Omit<TablePlan, 'chunks'> {
  readonly chunks: readonly GatherChunk[];
  /** What each of them is made of, as lines. */
  readonly shares: () => Iterable<string>;
  /** Of a partitioned table. */
  readonly partitions?: number;
  /** Pieces of scattered objects that the files gather. */
  readonly reads: number;
  /** With what stays where the run replaces partitions. */
  readonly base: RunBase;
  readonly scattered: { readonly mappers: number; readonly rows: number };
}

/** The lines of the shares of a file. */
export function linesOf({ shares }: ShuffledFile): string {
  return shares.map((share) => `${JSON.stringify(share)}\n`).join('');
}

/** Lines of a plan: each says where the lines of its shares lie. */
export class GatherChunks {
  readonly chunks: GatherChunk[] = [];
  /** Bytes of the files, as they are predicted. */
  readonly sizes: number[] = [];
  reads = 0;
  #offset = 0;

  /** @returns the lines of the shares of the file. */
  add(file: ShuffledFile): string {
    const { shares, predictedBytes, ...chunk } = file;
    const lines = linesOf(file);
    const length = Buffer.byteLength(lines);
    this.chunks.push({ ...chunk, list: { offset: this.#offset, length } });
    this.sizes.push(predictedBytes);
    this.#offset += length;
    this.reads += shares.length;
    return lines;
  }

  /** What a plan says of the files. */
  planned(): Pick<PackedTable, 'chunks' | 'reads' | 'predictedBytes' | 'predictedFileBytes'> {
    const { chunks, sizes, reads } = this;
    return {
      ...{ chunks, reads },
      predictedBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      predictedFileBytes: { min: Math.min(...sizes), max: Math.max(...sizes) },
    };
  }
}
