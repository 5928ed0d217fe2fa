import { BoundExceededError } from '#core/errors.ts';
import { billedSize, dollars } from './cost-text.ts';
import { estimateTable } from './estimate-table.ts';

/** A plan has one line for each. */
const MAX_SLICES = 100_000;

/** Files of the default size, by which the price is named. */
const FILE_BYTES = 512 * 1024 ** 2;

/**
 * Refuses a shuffle of more slices than one run may have, and says what all of them would cost.
 *
 * @param sourceBytes of all objects as they are stored.
 * @param sliceBytes of those that one mapper sorts.
 * @param ratio bytes of output for a byte of source.
 * @throws {BoundExceededError} there are more.
 */
export function assertSlices(sourceBytes: number, sliceBytes: number, ratio: number): void {
  const mappers = Math.ceil(sourceBytes / sliceBytes);
  if (mappers <= MAX_SLICES) return;
  const outputBytes = sourceBytes * ratio;
  const files = Math.ceil(outputBytes / FILE_BYTES);
  const shuffle = { mappers, reads: mappers + files };
  const { write } = estimateTable({ sourceBytes, outputBytes, files, shuffle }, mappers);
  throw new BoundExceededError(
    `shuffling ${billedSize(sourceBytes)} of source takes ${mappers} slices, allowed are ${MAX_SLICES} in one run; give parts of the source to runs of their own, such as its folders (all together they cost about ${dollars(write.total)}), or partition by columns of its keys, which takes no shuffle (docs/scale.md)`,
  );
}
