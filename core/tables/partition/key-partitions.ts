import { BoundExceededError } from '#core/errors.ts';
import { compareKeys, type PartitionValue, partitionFolder } from './partition-folder.ts';

/** Folders of an output: readers list each of them. */
export const MAX_PARTITIONS = 10_000;

/** Objects of a source that follow each other, and whose rows are all of one partition. */
export interface KeyPartition {
  readonly folder: string;
  /** By the columns of `partitionBy`, as SQL prints them. */
  readonly partition: readonly PartitionValue[];
  /** Numbers of the first of them, and of the one behind the last. */
  readonly start: number;
  readonly end: number;
}

/** @throws {BoundExceededError} there are more partitions than an output may have. */
export function assertFewPartitions(count: number, columns: readonly string[]): void {
  if (count <= MAX_PARTITIONS) return;
  throw new BoundExceededError(
    `the rows have more than ${MAX_PARTITIONS} partitions by ${columns.join(', ')}; partition by columns with fewer values, such as the month of a date`,
  );
}

/**
 * Puts objects together that follow each other and are of one partition.
 *
 * @param objects values of each object, in the order of the source.
 * @returns undefined where the folders do not ascend as S3 lists them: a partition may come again,
 * or the chunks of an output would not lie in the order of the source.
 * @throws {BoundExceededError} too many partitions, or a folder is too long.
 * @throws {UnsupportedSourceError} a value is one that readers take for NULL.
 */
export function keyPartitions(
  columns: readonly string[],
  objects: Iterable<readonly PartitionValue[]>,
): readonly KeyPartition[] | undefined {
  const found: (KeyPartition & { end: number })[] = [];
  let end = 0;
  for (const partition of objects) {
    const last = found.at(-1);
    const folder = partitionFolder(columns, partition);
    end += 1;
    if (last?.folder === folder) {
      last.end = end;
      continue;
    }
    if (last !== undefined && compareKeys(last.folder, folder) > 0) return undefined;
    assertFewPartitions(found.length + 1, columns);
    found.push({ folder, partition, start: end - 1, end });
  }
  return found;
}
