import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodeChunkTable, openChunkTable } from '#core/containers/hdf5/chunk-table.ts';
import type { Dataset } from '#core/containers/hdf5/dataset.ts';
import { UnsupportedSourceError } from '#core/errors.ts';

/** A dataset of no elements, each of as many bytes as its fill value. */
function emptyDataset(fill: Uint8Array): Dataset {
  const storage = { kind: 'chunks', chunkElements: 4, index: { address: undefined } };
  const dataset = { where: 'f.h5:names', itemBytes: fill.length, length: 0, filters: [], fill };
  return { ...dataset, storage, file: { base: 0 } } as unknown as Dataset;
}

async function tableOf(fill: Uint8Array) {
  const pieces = await Array.fromAsync(encodeChunkTable(emptyDataset(fill)));
  return await openChunkTable(memorySource(Buffer.concat(pieces), 'f.chunks'));
}

describe('the fill value in a chunk table', () => {
  it('has up to eight bytes', async () => {
    const eight = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect((await tableOf(eight)).fill).toEqual(eight);
    expect((await tableOf(Uint8Array.of(9, 0))).fill).toEqual(Uint8Array.of(9, 0));
  });

  it('is empty for a longer text that is', async () => {
    for (const bytes of [9, 48, 300]) {
      expect((await tableOf(new Uint8Array(bytes))).fill).toEqual(new Uint8Array(8));
    }
  });

  it('is refused for any other longer element', async () => {
    const long = tableOf(new Uint8Array(9).fill(1));
    await expect(long).rejects.toThrow(UnsupportedSourceError);
    await expect(long).rejects.toThrow('f.h5:names has a fill value of 9 bytes, allowed are 8');
  });
});
