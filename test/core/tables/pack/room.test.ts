import { describe, expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { type PackOptions, packFiles } from '#core/tables/pack/pack-files.ts';
import { PackUnits } from '#core/tables/pack/pack-units.ts';

const MiB = 1024 * 1024;

/** Bytes of the source in each file. */
async function pack(
  objects: readonly number[],
  options: Partial<PackOptions>,
  canSplit = false,
): Promise<readonly number[]> {
  const units = new PackUnits();
  for (const bytes of objects) units.add({ bytes, canSplit });
  const size = { targetFileBytes: 512 * MiB };
  const cut = async (_: number, at: number) => ({ at, bytes: at });
  const files = await Array.fromAsync(
    packFiles(units, { ratios: { overall: 1, byClass: new Map() }, size, cut, ...options }),
  );
  return files.map(({ sourceBytes }) => sourceBytes);
}

describe('what a writer has room for', () => {
  it('is the most of the source in a file, three quarters of it the aim', async () => {
    const mostSourceBytes = 40 * MiB;
    const small = await pack(Array<number>(4_000).fill(MiB), { mostSourceBytes });
    expect(small).toHaveLength(Math.round(4_000 / 30));
    expect(Math.max(...small)).toBeLessThanOrEqual(mostSourceBytes);
    const whole = await pack(Array<number>(40).fill(25 * MiB), { mostSourceBytes });
    expect(whole).toEqual(Array(40).fill(25 * MiB));
    const plain = await pack([600 * MiB], { mostSourceBytes }, true);
    expect(plain).toEqual(Array(20).fill(30 * MiB));
  });

  it('refuses fewer files than have room for the source', async () => {
    const options = { size: { files: 2 }, mostSourceBytes: 1000 };
    await expect(pack([900, 900], options)).resolves.toHaveLength(2);
    const refused = pack([900, 900, 900], options);
    await expect(refused).rejects.toThrow(BoundExceededError);
    await expect(refused).rejects.toThrow(
      'output.files is 2, so that a file would have 1350 bytes of the source, at most 1000 are allowed, as a writer has to hold their text; ask for at least 3 files',
    );
  });

  it('does not blame the size that was asked for', async () => {
    const many = pack(
      [100_001],
      { ratios: { overall: 1e-9, byClass: new Map() }, mostSourceBytes: 1 },
      true,
    );
    await expect(many).rejects.toThrow(/allowed are 1 to 100000; split the source$/);
  });
});
