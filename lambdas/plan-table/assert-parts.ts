import { BoundExceededError } from '#core/errors.ts';
import { MAX_PARTS, PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import type { ReadyTable } from './checked-table.ts';

const SIZES = 'ask for larger files by output.targetFileBytes, or leave out output.single';

/**
 * Refuses files that cannot be the parts of one object, by their number and their predicted sizes.
 * One that is smaller than predicted is refused by its writer.
 *
 * @throws {BoundExceededError} there are too many, or all are too small.
 */
export function assertTableParts({ request: { output }, planned }: ReadyTable): void {
  if (output.format !== 'csv' || output.single !== true) return;
  const { length } = planned.chunks;
  if (length > MAX_PARTS) {
    throw new BoundExceededError(
      `the table has ${length} files, and one object at most ${MAX_PARTS} parts; ${SIZES}`,
    );
  }
  const { max } = planned.predictedFileBytes;
  const { least } = PART_BYTES_OF_OBJECT;
  if (length === 1 || output.compression === 'gzip' || max >= least) return;
  throw new BoundExceededError(
    `the ${length} files have at most some ${max} bytes, and a part of one object at least ${least} before the last one; ${SIZES}`,
  );
}
