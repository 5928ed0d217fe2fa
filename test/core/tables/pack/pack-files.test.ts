import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundExceededError, RequestError } from '#core/errors.ts';
import { type PackedChunk, type PackOptions, packFiles } from '#core/tables/pack/pack-files.ts';
import { type PackObject, PackUnits } from '#core/tables/pack/pack-units.ts';

const MiB = 1024 * 1024;
const TARGET = 64 * MiB;

/** A record of a plain text. */
const plain = (at: number) => ({ at, bytes: at });

/** Records of 100 bytes in every text. */
const cut = async (_: number, at: number) => plain(Math.ceil(at / 100) * 100);

function unitsOf(objects: readonly PackObject[]): PackUnits {
  const units = new PackUnits();
  for (const object of objects) units.add(object);
  return units;
}

async function pack(
  objects: readonly PackObject[],
  options: Partial<PackOptions> = {},
): Promise<readonly PackedChunk[]> {
  const usual = { ratios: ratio(1), size: { targetFileBytes: TARGET }, cut };
  return await Array.fromAsync(packFiles(unitsOf(objects), { ...usual, ...options }));
}

const ratio = (overall: number) => ({ overall, byClass: new Map<number, number>() });
const text = (bytes: number): PackObject => ({ bytes, canSplit: true });
const gzip = (bytes: number): PackObject => ({ bytes, canSplit: false });

function sizesOf(chunks: readonly PackedChunk[], target = TARGET): readonly number[] {
  return chunks.map(({ predictedBytes }) => predictedBytes / target);
}

/** Files out of bounds, but for those of one unit that cannot be split. */
function outOfBounds(chunks: readonly PackedChunk[], target = TARGET): readonly number[] {
  const bad = chunks.filter(({ start, end, predictedBytes }) => {
    const isWhole = start.at === 0 && end.at === 0 && end.object === start.object + 1;
    const size = predictedBytes / target;
    return size < 0.4 || (size > 2 && !isWhole);
  });
  return sizesOf(bad, target);
}

const anyObject: fc.Arbitrary<PackObject> = fc.oneof(
  fc.record({ bytes: fc.nat(400 * MiB), canSplit: fc.boolean() }),
  fc.record({ bytes: fc.nat(2 * MiB), canSplit: fc.boolean() }),
  fc.record({ bytes: fc.constant(0), canSplit: fc.boolean() }),
  fc.record({ rowGroups: fc.array(fc.nat(80 * MiB), { maxLength: 6 }) }),
);

function bytesOf(object: PackObject): number {
  return 'bytes' in object ? object.bytes : object.rowGroups.reduce((sum, each) => sum + each, 0);
}

/** Checks that a position is where a file may begin. */
function expectPlace(objects: readonly PackObject[], { start }: PackedChunk): void {
  const object = objects[start.object]!;
  if (start.at === 0) return;
  if ('rowGroups' in object) expect(start.at).toBeLessThan(object.rowGroups.length);
  else {
    expect(object.canSplit).toBe(true);
    expect(start.at % 100).toBe(0);
    expect(start.at).toBeLessThan(object.bytes);
  }
}

describe('the files of an output', () => {
  it('tile the source, whatever it is made of, always alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyObject, { maxLength: 30 }), async (objects) => {
        const chunks = await pack(objects);
        let position = { object: 0, at: 0 };
        for (const [i, chunk] of chunks.entries()) {
          expect(chunk.index).toBe(i);
          expect(chunk.start).toEqual(position);
          expectPlace(objects, chunk);
          position = chunk.end;
        }
        expect(position).toEqual({ object: objects.length, at: 0 });
        const total = objects.reduce((sum, object) => sum + bytesOf(object), 0);
        expect(chunks.reduce((sum, chunk) => sum + chunk.sourceBytes, 0)).toBe(total);
        expect(await pack(objects)).toEqual(chunks);
      }),
    );
  });

  it('are within 0.4 and 2 times the target wherever the units allow it', async () => {
    const bytes = fc.integer({ min: 3 * MiB, max: 2 * TARGET });
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 11 }), async (sizes) => {
        const chunks = await pack(sizes.map(gzip));
        if (outOfBounds(chunks).length > 0) expect(canBeGood(sizes)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('are equal where all is text', async () => {
    const sizes = fc.array(fc.integer({ min: 100, max: 30 * TARGET }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(sizes, async (bytes) => {
        const chunks = await pack(bytes.map(text));
        if (chunks.length === 1) return;
        for (const size of sizesOf(chunks)) {
          expect(size).toBeGreaterThan(0.6);
          expect(size).toBeLessThan(1.5);
        }
      }),
    );
    const one = await pack([text(100 * TARGET)]);
    expect(one).toHaveLength(100);
    for (const size of sizesOf(one)) expect(size).toBeCloseTo(1, 4);
  });

  it('leave a compressed object whole, and do not make its neighbours small', async () => {
    const around = await pack([gzip(1.9 * TARGET), text(TARGET / 2), gzip(1.9 * TARGET)]);
    expect(around.map(({ start }) => start.object)).toEqual([0, 1, 2]);
    const large = await pack([text(TARGET), gzip(7 * TARGET), text(TARGET)]);
    expect(large.map(({ start }) => start)).toEqual([
      { object: 0, at: 0 },
      { object: 1, at: 0 },
      { object: 2, at: 0 },
    ]);
    const small = await pack([gzip(5 * TARGET), text(TARGET / 10)]);
    expect(small).toHaveLength(1);
  });

  it('are made of whole row groups', async () => {
    const rowGroups = Array.from({ length: 40 }, () => TARGET / 8);
    const chunks = await pack([{ rowGroups }, { rowGroups: [] }, { rowGroups }]);
    expect(chunks.map(({ start }) => start)).toEqual(
      Array.from({ length: 10 }, (_, i) => ({ object: i < 5 ? 0 : 2, at: 8 * (i % 5) })),
    );
  });

  it('count the bytes of the output, not of the source', async () => {
    const chunks = await pack([text(40 * TARGET)], { ratios: ratio(0.25) });
    expect(chunks).toHaveLength(10);
    for (const { sourceBytes, predictedBytes } of chunks) {
      expect(predictedBytes).toBe(Math.round(sourceBytes / 4));
    }
  });

  it('fall together where a record is longer than a file', async () => {
    const long = async (_: number, at: number) => plain(at <= 3 * TARGET ? 3 * TARGET : 6 * TARGET);
    const chunks = await pack([text(6 * TARGET), text(TARGET)], { cut: long });
    expect(chunks.map(({ start }) => start)).toEqual([
      { object: 0, at: 0 },
      { object: 0, at: 3 * TARGET },
      { object: 1, at: 0 },
    ]);
    expect(chunks.map(({ sourceBytes }) => sourceBytes / TARGET)).toEqual([3, 3, 1]);
  });

  it('fall together where a search passes the next place', async () => {
    // In the first half of the text no place is clear.
    const late = async (_: number, at: number) => plain(at < 320 * MiB ? 330 * MiB : at);
    const chunks = await pack([text(640 * MiB)], { cut: late });
    expect(chunks[0]?.end).toEqual({ object: 0, at: 330 * MiB });
    expect(chunks[1]?.start).toEqual({ object: 0, at: 330 * MiB });
    expect(chunks.every(({ sourceBytes }) => sourceBytes > 0)).toBe(true);
    expect(chunks.at(-1)?.end).toEqual({ object: 1, at: 0 });
  });

  it('are as large in the source as is asked for there', async () => {
    const size = { sourceBytes: 10_000 };
    const chunks = await pack([text(1000 * 100)], { ratios: ratio(5), size });
    expect(chunks.map(({ sourceBytes }) => sourceBytes)).toEqual(Array(10).fill(10_000));
    expect(chunks[0]?.predictedBytes).toBe(50_000);
  });

  it('are none of no objects, and one of empty ones', async () => {
    expect(await pack([])).toEqual([]);
    const whole = { index: 0, start: { object: 0, at: 0 }, sourceBytes: 0, predictedBytes: 0 };
    for (const empty of [text(0), gzip(0), { rowGroups: [] }]) {
      expect(await pack([empty, empty])).toEqual([{ ...whole, end: { object: 2, at: 0 } }]);
    }
    expect(await pack([text(500)], { ratios: ratio(0) })).toHaveLength(1);
  });
});

/** Tries all ways to gather units into good files. */
function canBeGood(sizes: readonly number[]): boolean {
  const reachable = [true];
  for (let to = 1; to <= sizes.length; to++) {
    let sum = 0;
    reachable[to] = false;
    for (let from = to - 1; from >= 0; from--) {
      sum += sizes[from]!;
      const isGood = sum >= 0.4 * TARGET && sum <= 2 * TARGET;
      if (isGood && reachable[from]!) reachable[to] = true;
    }
  }
  return reachable[sizes.length]!;
}

describe('20,000 objects of 50 kB and three of 1 GB', () => {
  const MB = 1e6;
  const small = Array.from({ length: 20_000 }, () => text(50_000));
  const large = Array.from({ length: 3 }, () => text(1000 * MB));
  const orders = {
    first: [...large, ...small],
    last: [...small, ...large],
    between: [
      ...[...small.slice(0, 7000), large[0]!, ...small.slice(7000, 7100)],
      ...[large[1]!, ...small.slice(7100), large[2]!],
    ],
  };

  it.each(Object.entries(orders))('become good files: the large ones %s', async (_, objects) => {
    for (const [targetFileBytes, min, max] of [
      [512 * MiB, 200 * MB, 1000 * MB],
      [32 * MiB, 0.4 * 32 * MiB, 2 * 32 * MiB],
    ] as const) {
      for (const share of [0.29, 1]) {
        const chunks = await pack(objects, { ratios: ratio(share), size: { targetFileBytes } });
        const wanted = (4000 * MB * share) / targetFileBytes;
        expect(Math.abs(chunks.length - wanted)).toBeLessThan(1);
        for (const { predictedBytes } of chunks) {
          expect(predictedBytes).toBeGreaterThan(min);
          expect(predictedBytes).toBeLessThan(max);
        }
      }
    }
  });

  it('become good files where the large ones are compressed', async () => {
    const objects = orders.between.map((object) =>
      bytesOf(object) > MB ? gzip(1000 * MB) : object,
    );
    const chunks = await pack(objects, { size: { targetFileBytes: 512 * MiB } });
    expect(outOfBounds(chunks, 512 * MiB)).toEqual([]);
  });
});

describe('so many files as are asked for', () => {
  it('are made, of equal shares', async () => {
    const chunks = await pack([text(700), gzip(300), text(1000)], { size: { files: 4 } });
    expect(chunks.map(({ start }) => start)).toEqual([
      { object: 0, at: 0 },
      { object: 0, at: 500 },
      { object: 2, at: 0 },
      { object: 2, at: 500 },
    ]);
  });

  it('are made wherever there are so many pieces', async () => {
    const sizes = fc.array(fc.integer({ min: 90, max: 100 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (bytes, at) => {
        const files = 1 + (at % bytes.length);
        const chunks = await pack(bytes.map(gzip), { size: { files } });
        expect(chunks).toHaveLength(files);
      }),
    );
  });

  it('are one file for a source of no bytes', async () => {
    expect(await pack([text(0)], { size: { files: 1 } })).toHaveLength(1);
    expect(await pack([], { size: { files: 1 } })).toEqual([]);
  });

  it('are refused where the units or records are too few', async () => {
    const few = pack([gzip(100), gzip(100)], { size: { files: 3 } });
    await expect(few).rejects.toThrow(RequestError);
    await expect(pack([gzip(100), gzip(100)], { size: { files: 3 } })).rejects.toThrow(
      'output.files is 3, but the source can be cut into only 2 even pieces',
    );
    await expect(pack([text(100)], { size: { files: 3 } })).rejects.toThrow(
      'so long that there are only 1 pieces',
    );
  });
});

describe('a size that is refused', () => {
  it.each([16 * MiB - 1, 5 * 1024 * MiB + 1, Number.NaN])('%d bytes', async (targetFileBytes) => {
    await expect(pack([text(1)], { size: { targetFileBytes } })).rejects.toThrow(RequestError);
    await expect(pack([text(1)], { size: { targetFileBytes } })).rejects.toThrow(
      `output.targetFileBytes is ${targetFileBytes}, allowed are 16777216 (16 MiB) to 5368709120`,
    );
  });

  it('of too many files', async () => {
    for (const files of [0, 1.5, 100_001]) {
      await expect(pack([text(1)], { size: { files } })).rejects.toThrow(BoundExceededError);
    }
    const size = { targetFileBytes: 16 * MiB };
    await expect(pack([text(100_001 * 16 * MiB)], { size })).rejects.toThrow(
      'the output would be 100001 files, allowed are 1 to 100000; give a larger output.targetFile',
    );
    expect(await pack([text(2 * 16 * MiB)], { size })).toHaveLength(2);
    const largest = { targetFileBytes: 5 * 1024 * MiB };
    expect(await pack([text(10 * 1024 * MiB)], { size: largest })).toHaveLength(2);
  });
});
