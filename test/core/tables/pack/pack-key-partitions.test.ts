import { describe, expect, it } from 'vitest';
import { packKeyPartitions } from '#core/tables/pack/pack-key-partitions.ts';
import { type PackObject, PackUnits } from '#core/tables/pack/pack-units.ts';

const MiB = 1024 * 1024;

/** Packs objects of partitions, each of so many of them. */
async function pack(objects: readonly PackObject[], counts: readonly number[]) {
  const units = new PackUnits();
  for (const object of objects) units.add(object);
  let end = 0;
  const partitions = counts.map((count, at) => {
    end += count;
    return { folder: `n=${at}/`, partition: [String(at)], start: end - count, end };
  });
  const asked: number[] = [];
  const options = {
    ratios: { overall: 1, byClass: new Map<number, number>() },
    size: { targetFileBytes: 16 * MiB },
    cut: async (object: number, bytes: number) => {
      asked.push(object);
      return { at: Math.ceil(bytes), bytes: Math.ceil(bytes) };
    },
  };
  const chunks = await Array.fromAsync(packKeyPartitions(units, partitions, options));
  return { chunks, asked };
}

const text = (bytes: number): PackObject => ({ bytes, canSplit: true });
const place = (object: number, at = 0) => ({ object, at });

describe('packKeyPartitions', () => {
  it('makes files of each partition for itself, which follow each other', async () => {
    const rowGroups = [10 * MiB, 10 * MiB, 10 * MiB];
    const objects = [text(1000), text(1000), text(45 * MiB), { rowGroups }, text(5)];
    const { chunks, asked } = await pack(objects, [2, 1, 1, 1]);
    expect(chunks.map(({ index, partition }) => `${index} ${partition}`)).toEqual([
      ...['0 0', '1 1', '2 1', '3 1', '4 2', '5 2', '6 3'],
    ]);
    expect(chunks.map(({ start, end }) => [start, end])).toEqual([
      [place(0), place(2)],
      [place(2), place(2, 15 * MiB)],
      [place(2, 15 * MiB), place(2, 30 * MiB)],
      [place(2, 30 * MiB), place(3)],
      [place(3), place(3, 2)],
      [place(3, 2), place(4)],
      [place(4), place(5)],
    ]);
    expect(new Set(asked)).toEqual(new Set([2]));
  });

  it('has a file of a partition whose objects hold nothing', async () => {
    const objects = [text(7), { rowGroups: [] }, text(0), text(7)];
    const { chunks } = await pack(objects, [1, 2, 1]);
    expect(chunks.map(({ start, end }) => [start.object, end.object])).toEqual([
      [0, 1],
      [1, 3],
      [3, 4],
    ]);
  });
});
