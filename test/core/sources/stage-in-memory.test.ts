import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { factsOf, openSource } from '#core/sources/open-source.ts';
import { stageInMemory } from '#core/sources/stage-in-memory.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { writeNpz } from '#support/npz/write-npz.ts';

const NPZ = writeNpz(
  {
    ...{ shape: [3, 4], dtype: 'int64', indptr: [0, 1, 1, 3], indices: [2, 0, 3] },
    data: [5n, 6n, 7n],
  },
  { compress: true },
);

const URI = 's3://b/small.npz';

const { etag, size } = memorySource(NPZ, URI);

const store: ObjectStore = {
  pin: () => Promise.reject(new Error('pinned before')),
  list: () => {
    throw new Error('not listed');
  },
  open: ({ uri }) => memorySource(NPZ, uri),
};

const context = { options: {}, store, stagedFor: () => memoryStageStore() };

function units(bytes = size): readonly SourceUnit[] {
  return [{ uri: URI, objects: [{ uri: URI, etag, versionId: null, size: bytes }] }];
}

describe('stageInMemory', () => {
  it('makes a compressed source readable by rows', async () => {
    const staged = await stageInMemory(units(), context);
    const { layout, jobs, stagedBytes, store: over } = staged!;
    expect(jobs).toBe(3);
    expect(stagedBytes).toBeGreaterThan(0);
    expect(factsOf(layout)).toMatchObject({ shape: [3, 4], nnz: 3 });
    const source = openSource(URI, layout, over);
    const [slice] = await Array.fromAsync(readSlices(source, { rowStart: 0, rowEnd: 3 }));
    expect([...slice!.data].map(Number)).toEqual([5, 6, 7]);
  });

  it('leaves large sources alone', async () => {
    expect(await stageInMemory(units(33 * 1024 ** 2), context)).toBeUndefined();
  });

  it('leaves a small source alone whose parts are too large for memory', async () => {
    const staged = await stageInMemory(units(), context);
    const { stagedBytes } = staged!;
    expect(await stageInMemory(units(), context, undefined, stagedBytes)).toBeDefined();
    expect(await stageInMemory(units(), context, undefined, stagedBytes - 1)).toBeUndefined();
  });

  it('ends where it is stopped', async () => {
    await expect(stageInMemory(units(), context, AbortSignal.abort())).rejects.toThrow(/abort/);
  });
});
