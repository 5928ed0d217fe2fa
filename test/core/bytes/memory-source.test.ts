import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { describeByteSource } from '#support/contracts/byte-source.ts';

describeByteSource('memory', async (bytes) => memorySource(bytes));

it('gives equal bytes the same ETag and other bytes another one', () => {
  const one = memorySource(Uint8Array.of(1, 2, 3));
  expect(one.etag).toBe(memorySource(Uint8Array.of(1, 2, 3)).etag);
  expect(one.etag).not.toBe(memorySource(Uint8Array.of(1, 2, 4)).etag);
});

it('fails with the name and the size of the object', async () => {
  const source = memorySource(new Uint8Array(10), 'counts.npz');
  await expect(source.read({ offset: 8, length: 5 })).rejects.toThrow(
    'counts.npz has 10 bytes, so 5 bytes at offset 8 cannot be read',
  );
});
