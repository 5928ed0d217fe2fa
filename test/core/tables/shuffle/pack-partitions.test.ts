import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PARTITIONS } from '#core/tables/partition/key-partitions.ts';
import { compareKeys, partitionFolder } from '#core/tables/partition/partition-folder.ts';
import { packPartitions, type ShuffledFile } from '#core/tables/shuffle/pack-partitions.ts';
import type { ScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import { MAX_SHARES, ScatteredRows } from '#core/tables/shuffle/scattered-rows.ts';

/** Each row takes ten bytes, in groups of up to seven rows. */
function indexOf(partitions: ScatterIndex['partitions'], left = { rejected: 0, filtered: 0 }) {
  const rows = partitions.reduce((sum, each) => sum + each.rows, 0);
  const groups = [];
  for (let done = 0; done < rows; done += 7) {
    const own = Math.min(7, rows - done);
    groups.push({ rows: own, bytes: own * 10 });
  }
  return { planned: '', size: rows * 10, etag: `etag ${rows}`, ...left, groups, partitions };
}

function packed(indexes: readonly ScatterIndex[], targetFileBytes: number): ShuffledFile[] {
  const scattered = new ScatteredRows(['k']);
  for (const index of indexes) scattered.add(index);
  return [...packPartitions(scattered, { targetFileBytes, ratio: 1, firstIndex: 5 })];
}

const mapper = fc
  .uniqueArray(fc.constantFrom(null, 'a', 'b', 'c', 'd e'), { maxLength: 4 })
  .chain((values) =>
    fc.tuple(
      ...values.map((value) =>
        fc.integer({ min: 1, max: 60 }).map((rows) => ({ values: [value], rows })),
      ),
    ),
  )
  .map((partitions) => indexOf(partitions));

/** Mapper and row of every row of each partition, in the order of the source. */
function rowsOf(indexes: readonly ScatterIndex[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [number, { partitions }] of indexes.entries()) {
    let row = 0;
    for (const { values, rows } of partitions) {
      const folder = partitionFolder(['k'], values);
      const own = Array.from({ length: rows }, (_, at) => `${number}:${row + at}`);
      all.set(folder, [...(all.get(folder) ?? []), ...own]);
      row += rows;
    }
  }
  return all;
}

describe('packPartitions', () => {
  it('gives each file the next rows of its partition, so that each row is in one', () => {
    fc.assert(
      fc.property(
        fc.array(mapper, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 20, max: 900 }),
        (indexes, target) => {
          const files = packed(indexes, target);
          expect(files.map(({ index }) => index)).toEqual(files.map((_, at) => 5 + at));
          const folders = files.map(({ partition }) => partitionFolder(['k'], partition));
          expect(folders).toEqual(folders.toSorted(compareKeys));
          const found = new Map<string, string[]>();
          for (const [at, { shares, within }] of files.entries()) {
            const rows = shares.flatMap(({ mapper: from, rows: { start, end } }) =>
              Array.from({ length: end - start }, (_, k) => `${from}:${start + k}`),
            );
            const before = found.get(folders[at]!) ?? [];
            expect(within).toEqual({ start: before.length, end: before.length + rows.length });
            found.set(folders[at]!, [...before, ...rows]);
          }
          expect(found).toEqual(rowsOf(indexes));
        },
      ),
    );
  });

  it('cuts a partition into equal shares of its bytes, without a remainder', () => {
    const index = indexOf([
      { values: ['fat'], rows: 1_000 },
      { values: ['thin'], rows: 3 },
    ]);
    const files = packed([index, index], 3_100);
    expect(files.map(({ predictedBytes }) => predictedBytes)).toEqual([
      ...[3_330, 3_340, 3_330, 3_330, 3_340, 3_330].map((bytes) => expect.closeTo(bytes, -2)),
      60,
    ]);
    expect(files.map(({ shares }) => shares.length)).toEqual([1, 1, 1, 1, 1, 1, 2]);
  });

  it('cuts where row groups of a partition of its own begin, if one is near', () => {
    const index = {
      ...indexOf([
        { values: ['a'], rows: 10 },
        { values: ['fat'], rows: 400 },
        { values: ['z'], rows: 5 },
      ]),
      groups: [10, 90, 90, 90, 90, 40, 5].map((rows) => ({ rows, bytes: rows * 10 })),
    };
    const cutsOf = (target: number) =>
      packed([index], target)
        .filter(({ partition }) => partition[0] === 'fat')
        .map(({ within }) => within.end);
    expect(cutsOf(2_000)).toEqual([180, 400]);
    expect(cutsOf(1_000)).toEqual([90, 200, 300, 400]);
    expect(cutsOf(1_340)).toEqual([133, 270, 400]);
    const apart = { ...index, groups: [{ rows: 415, bytes: 4_150 }] };
    expect(packed([apart], 2_000).map(({ within }) => within.end)).toEqual([10, 200, 400, 5]);
  });

  it('counts what was left out for one file each', () => {
    const some = { rejected: 2, filtered: 3 };
    const one = (left = { rejected: 0, filtered: 0 }) =>
      indexOf([{ values: ['a'], rows: 4 }], left);
    const files = packed([one(some), one(), one({ rejected: 0, filtered: 1 })], 60);
    expect(files.map(({ left }) => left)).toEqual([
      { rejected: 2, filtered: 4, mappers: [0] },
      undefined,
    ]);
  });

  it('refuses more partitions, pieces and files than there may be', () => {
    const many = Array.from({ length: MAX_PARTITIONS }, (_, at) => ({
      values: [`k${at}`],
      rows: 1,
    }));
    const scattered = new ScatteredRows(['k']);
    const index = indexOf(many);
    scattered.add(index);
    expect(() => scattered.add(indexOf([{ values: ['other'], rows: 1 }]))).toThrow(
      /more than 10000 partitions by k; partition by columns with fewer values/,
    );
    expect(() => {
      for (let more = 0; more <= MAX_SHARES / MAX_PARTITIONS; more++) scattered.add(index);
    }).toThrow(/takes more than 1000000 requests; partition by columns with fewer values/);
    const fat = indexOf([{ values: ['fat'], rows: 200_001 }]);
    expect(() => packed([fat], 10)).toThrow(
      /would be 200001 files, allowed are 100000; give a larger/,
    );
  });
});
