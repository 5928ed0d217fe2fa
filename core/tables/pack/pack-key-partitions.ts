import { checkedCount, type PackedChunk, type PackOptions, packFiles } from './pack-files.ts';
import type { PackUnits, TablePosition } from './pack-units.ts';

/** Objects that follow each other, and whose rows are all of one partition. */
interface KeyPartition extends Required<Pick<PackedChunk, 'partition'>> {
  /** Numbers of the first of them, and of the one behind the last. */
  readonly start: number;
  readonly end: number;
}

/**
 * Plans the files of each partition for itself, as {@link packFiles} does of a whole table: no file
 * has rows of two partitions.
 *
 * @param partitions all objects of the units, in their order.
 * @throws as {@link packFiles}.
 */
export async function* packKeyPartitions(
  units: PackUnits,
  partitions: readonly KeyPartition[],
  options: PackOptions,
): AsyncGenerator<PackedChunk> {
  let index = 0;
  for (const { partition, start, end } of partitions) {
    const own = units.ofObjects(start, end);
    const behind = ({ object, ...place }: TablePosition) => ({ object: start + object, ...place });
    const cut: PackOptions['cut'] = (object, bytes) => options.cut(start + object, bytes);
    for await (const packed of packFiles(own, { ...options, cut })) {
      checkedCount(index + 1, 'give a larger output.targetFileBytes');
      const place = { start: behind(packed.start), end: behind(packed.end), partition };
      yield { ...packed, ...place, index };
      index += 1;
    }
  }
}
