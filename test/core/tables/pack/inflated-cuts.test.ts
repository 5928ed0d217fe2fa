import { describe, expect, it } from 'vitest';
import { type PackOptions, packFiles, type TextCut } from '#core/tables/pack/pack-files.ts';
import { PackUnits } from '#core/tables/pack/pack-units.ts';

const TARGET = 64 * 1024 * 1024;

const sizes = [
  { bytes: TARGET, canSplit: false },
  { bytes: 4 * TARGET, canSplit: true },
];

/** Each stored byte is four of text; records of 100 bytes. */
async function cut(_: number, bytes: number): Promise<TextCut> {
  const at = Math.ceil((4 * bytes) / 100) * 100;
  return { at, bytes: Math.floor(at / 4) };
}

async function pack(options: Partial<PackOptions> = {}) {
  const units = new PackUnits();
  for (const object of sizes) units.add(object);
  const size = { targetFileBytes: TARGET };
  return await Array.fromAsync(
    packFiles(units, { ratios: { overall: 1, byClass: new Map() }, size, cut, ...options }),
  );
}

describe('files of a text that is inflated', () => {
  it('begin at bytes of the text, and are as large as it is stored', async () => {
    const chunks = await pack();
    expect(chunks.map(({ start }) => start)).toEqual([
      { object: 0, at: 0 },
      { object: 1, at: 0 },
      ...[1, 2, 3].map((k) => ({ object: 1, at: Math.ceil((4 * k * TARGET) / 100) * 100 })),
    ]);
    for (const { predictedBytes } of chunks) expect(predictedBytes / TARGET).toBeCloseTo(1, 5);
  });
});
