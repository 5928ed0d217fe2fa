import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';

const open = (bytes: Uint8Array<ArrayBuffer>) => openHdf5(memorySource(bytes, 'x.h5ad'));

describe.each([
  ['user-block-earliest.h5ad', 512],
  ['user-block-latest.h5ad', 512],
  ['user-block-4096.h5ad', 4096],
  ['gzip-latest.h5ad', 0],
] as const)('%s, behind a user block of %i bytes', (file, base) => {
  const bytes = hdf5Bytes(file);

  it('ends where the object does', async () => {
    const found = await open(bytes);
    expect(found.base).toBe(base);
    expect(found.source.size).toBe(bytes.length - base);
    expect(found.unpaged.size).toBe(bytes.length - base);
  });

  it('is read from its own first byte to its last, and not past it', async () => {
    const { source, unpaged } = await open(bytes);
    const last = { offset: bytes.length - base - 4, length: 4 };
    for (const one of [source, unpaged]) {
      expect(await one.read({ offset: 0, length: 4 })).toEqual(bytes.slice(base, base + 4));
      expect(await one.read(last)).toEqual(bytes.slice(-4));
      await expect(one.read({ ...last, length: 5 })).rejects.toThrow('cannot be read');
    }
  });

  it('fails where the last byte is missing', async () => {
    await expect(open(bytes.slice(0, -1))).rejects.toThrow(
      `x.h5ad has ${bytes.length - 1} bytes, expected ${bytes.length} as its superblock says`,
    );
  });
});
