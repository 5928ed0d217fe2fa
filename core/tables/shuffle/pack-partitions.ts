import { BoundExceededError } from '#core/errors.ts';
import type { GatherChunk, Share } from '#core/tables/run/gather-chunk.ts';
import type { Mapper, Partition, PartitionPiece, ScatteredRows } from './scattered-rows.ts';

/** A file of a table that was scattered: a line of the plan without its list, and its shares. */
export interface ShuffledFile extends Omit<GatherChunk, 'list'> {
  readonly shares: readonly Share[];
  /** Bytes of the file. */
  readonly predictedBytes: number;
}

/** How large files are to be. */
export interface PartitionSizes {
  readonly targetFileBytes: number;
  /** Bytes of the output for a byte of what was scattered. */
  readonly ratio: number;
  /** Index of the first file. */
  readonly firstIndex: number;
}

/** A plan has one line for each. */
const MAX_FILES = 100_000;

/** A file may be so much smaller or larger where it then has whole row groups, or pieces. */
const LEEWAY = 1 / 8;

/** How many of some sorted numbers are below a value. */
function countBelow(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moves a cut to where a piece or a row group of its own begins or ends, unless that is far. */
function movedCut({ rows, cuts }: PartitionPiece, at: number, most: number): number {
  const next = countBelow(cuts, at);
  const [before, after] = [cuts[next - 1] ?? 0, cuts[next] ?? rows];
  const near = at - before < after - at ? before : after;
  return Math.abs(near - at) <= most ? near : at;
}

/**
 * Ordinals of the rows of a partition at which its files begin and end: equal shares of bytes,
 * moved a little where row groups are copied whole then, or fewer pieces are read.
 */
function cutsOf({ pieces }: Partition, files: number): readonly number[] {
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const cuts = [0];
  let [rowsBefore, bytesBefore] = [0, 0];
  for (const piece of pieces) {
    const end = bytesBefore + piece.bytes;
    for (let k = cuts.length; k < files && (bytes * k) / files <= end; k = cuts.length) {
      const rowsOf = piece.rows / Math.max(1, piece.bytes);
      const share = Math.min(piece.rows, ((bytes * k) / files - bytesBefore) * rowsOf);
      const at = movedCut(piece, Math.round(share), (bytes / files) * LEEWAY * rowsOf);
      cuts.push(Math.max(rowsBefore + at, cuts.at(-1)!));
    }
    rowsBefore += piece.rows;
    bytesBefore = end;
  }
  return [...new Set([...cuts, rowsBefore])];
}

/** What rows `start <= row < end` of a partition are in the scattered objects. */
function* sharesOf(
  { pieces }: Partition,
  { start, end }: GatherChunk['within'],
  { mappers }: ScatteredRows,
): Generator<Share & { readonly bytes: number }> {
  let before = 0;
  for (const { mapper, rows, bytes, ...piece } of pieces) {
    const from = Math.max(0, start - before);
    const to = Math.min(rows, end - before);
    before += rows;
    if (from >= to) continue;
    const { size, etag } = mappers[mapper]!;
    const within = { start: piece.start + from, end: piece.start + to };
    yield { mapper, rows: within, size, etag, bytes: (bytes * (to - from)) / rows };
  }
}

/** What mappers left out, counted once: by the file whose number theirs is, in turn. */
export function leftOf(
  { mappers }: { readonly mappers: readonly Mapper[] },
  file: number,
  files: number,
): Pick<GatherChunk, 'left'> {
  const left = { rejected: 0, filtered: 0, mappers: [] as number[] };
  for (let mapper = file; mapper < mappers.length; mapper += files) {
    const { rejected, filtered } = mappers[mapper]!;
    left.rejected += rejected;
    left.filtered += filtered;
    if (rejected > 0) left.mappers.push(mapper);
  }
  return left.rejected + left.filtered > 0 ? { left } : {};
}

function filesOf({ pieces }: Partition, { targetFileBytes, ratio }: PartitionSizes): number {
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0) * ratio;
  return Math.max(1, Math.round(bytes / targetFileBytes));
}

/**
 * Plans the files of partitions from what mappers have scattered: each partition is cut into equal
 * shares of its bytes, in the order of its source, so that there are no remainders. Only partitions
 * that are smaller have smaller files. The files are in the order in which S3 lists them.
 *
 * There are at most as many shares as pieces and files together.
 *
 * @throws {BoundExceededError} too many files.
 */
export function* packPartitions(
  scattered: ScatteredRows,
  sizes: PartitionSizes,
): Generator<ShuffledFile> {
  const planned = scattered.partitions().map((partition) => {
    return { partition, cuts: cutsOf(partition, filesOf(partition, sizes)) };
  });
  const files = planned.reduce((sum, { cuts }) => sum + cuts.length - 1, 0);
  if (files > MAX_FILES) {
    throw new BoundExceededError(
      `the output would be ${files} files, allowed are ${MAX_FILES}; give a larger output.targetFileBytes`,
    );
  }
  let file = 0;
  for (const { partition, cuts } of planned) {
    for (const [at, start] of cuts.slice(0, -1).entries()) {
      const within = { start, end: cuts[at + 1]! };
      const gathered = [...sharesOf(partition, within, scattered)];
      const bytes = gathered.reduce((sum, share) => sum + share.bytes, 0);
      yield {
        ...{ index: sizes.firstIndex + file, partition: [...partition.values], within },
        ...leftOf(scattered, file, files),
        shares: gathered.map(({ bytes: _, ...share }) => share),
        predictedBytes: Math.round(bytes * sizes.ratio),
      };
      file += 1;
    }
  }
}
