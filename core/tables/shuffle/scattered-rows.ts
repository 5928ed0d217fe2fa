import { BoundExceededError } from '#core/errors.ts';
import { assertFewPartitions } from '#core/tables/partition/key-partitions.ts';
import {
  compareKeys,
  type PartitionValue,
  partitionFolder,
} from '#core/tables/partition/partition-folder.ts';
import type { ScatterIndex } from './scatter-index.ts';

/** Each is read by one request at least. */
export const MAX_SHARES = 1_000_000;

/** Rows of a partition in one scattered object. */
export interface PartitionPiece {
  readonly mapper: number;
  /** First row in the object. */
  readonly start: number;
  readonly rows: number;
  /** About so many bytes of the object. */
  readonly bytes: number;
  /**
   * Rows of the piece before each of its row groups but the first, where it has groups of its own:
   * cut there, these are copied as they are.
   */
  readonly cuts: readonly number[];
}

/** All rows of a partition, in the order of the source. */
export interface Partition {
  readonly folder: string;
  readonly values: readonly PartitionValue[];
  readonly pieces: readonly PartitionPiece[];
}

/** A mapper, and what pins the object that it wrote. */
export interface Mapper extends Pick<ScatterIndex, 'size' | 'etag' | 'rejected' | 'filtered'> {
  readonly rows: number;
}

/** Bytes before each row of a scattered object, row groups taken for even. */
class RowBytes {
  readonly #groups: ScatterIndex['groups'];
  #group = 0;
  #rows = 0;
  #bytes = 0;

  constructor(groups: ScatterIndex['groups']) {
    this.#groups = groups;
  }

  /** @param row none is before the one that was asked for last. */
  before(row: number): number {
    for (; this.#group < this.#groups.length; this.#group++) {
      const { rows, bytes } = this.#groups[this.#group]!;
      if (this.#rows + rows > row) return this.#bytes + ((row - this.#rows) / rows) * bytes;
      this.#rows += rows;
      this.#bytes += bytes;
    }
    return this.#bytes;
  }
}

/** Finds the row groups that lie within pieces. */
class OwnGroups {
  readonly #groups: ScatterIndex['groups'];
  #group = 0;
  #rows = 0;

  constructor(groups: ScatterIndex['groups']) {
    this.#groups = groups;
  }

  /** @param start of rows, none of which is before those that were asked for last. */
  cutsOf(start: number, rows: number): readonly number[] {
    while (this.#rows < start) this.#rows += this.#groups[this.#group++]?.rows ?? Infinity;
    if (this.#rows !== start) return [];
    const cuts: number[] = [];
    for (let at = 0; at < rows; cuts.push(at)) {
      at += this.#groups[this.#group + cuts.length]?.rows ?? Infinity;
    }
    const end = cuts.pop();
    return end === rows ? cuts : [];
  }
}

/**
 * Collects which rows of each partition lie where.
 *
 * Holds some 100 bytes for a piece, a million at the most, 100 for a mapper, and 8 for a row group.
 */
export class ScatteredRows {
  readonly #columns: readonly string[];
  readonly #partitions = new Map<string, Partition & { readonly pieces: PartitionPiece[] }>();
  readonly mappers: Mapper[] = [];
  #pieces = 0;

  /** @param columns by which the rows are partitioned. */
  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  /**
   * Adds what the next mapper wrote.
   *
   * @throws {BoundExceededError} too many partitions or pieces, or a folder is too long.
   * @throws {UnsupportedSourceError} a value is one that readers take for NULL.
   */
  add({ partitions, groups, ...mapper }: Omit<ScatterIndex, 'planned'>): void {
    const bytes = new RowBytes(groups);
    const own = new OwnGroups(groups);
    let start = 0;
    for (const { values, rows } of partitions) {
      const before = bytes.before(start);
      const piece = {
        mapper: this.mappers.length,
        ...{ start, rows, bytes: bytes.before(start + rows) - before },
        cuts: own.cutsOf(start, rows),
      };
      this.#partitionOf(values).push(piece);
      start += rows;
    }
    this.#pieces += partitions.length;
    this.mappers.push({ ...mapper, rows: start });
    if (this.#pieces <= MAX_SHARES) return;
    throw new BoundExceededError(
      `${this.mappers.length} slices of the source hold rows of so many partitions that gathering them takes more than ${MAX_SHARES} requests; partition by columns with fewer values, or sort the source by them`,
    );
  }

  #partitionOf(values: readonly PartitionValue[]): PartitionPiece[] {
    const folder = partitionFolder(this.#columns, values);
    const found = this.#partitions.get(folder);
    if (found !== undefined) return found.pieces;
    assertFewPartitions(this.#partitions.size + 1, this.#columns);
    const pieces: PartitionPiece[] = [];
    this.#partitions.set(folder, { folder, values, pieces });
    return pieces;
  }

  /** The partitions in the order in which S3 lists their folders. */
  partitions(): readonly Partition[] {
    return [...this.#partitions.values()].sort((a, b) => compareKeys(a.folder, b.folder));
  }
}
