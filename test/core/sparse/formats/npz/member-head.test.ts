import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { ZipMember } from '#core/containers/zip/zip-directory.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { openMemberHead } from '#core/sparse/formats/npz/member-head.ts';

async function open(content: Uint8Array, change: Partial<ZipMember> = {}) {
  const deflated = deflateRawSync(content);
  const range = { offset: 7, length: deflated.length };
  const source = memorySource(Buffer.concat([Buffer.alloc(7), deflated]), 'x.npz');
  const member: ZipMember = {
    name: 'shape.npy',
    method: 8,
    isEncrypted: false,
    localOffset: 0,
    compressedBytes: deflated.length,
    bytes: content.length,
    crc32: crc32(content),
    ...change,
  };
  return await openMemberHead(source, range, member);
}

const contentOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) % 253);

describe('a member of 1,024 bytes', () => {
  it('is read whole, and its checksum is compared', async () => {
    const head = await open(contentOf(1024));
    expect(head.size).toBe(1024);
    expect(await head.read({ offset: 1000, length: 24 })).toEqual(contentOf(1024).slice(1000));
    await expect(open(contentOf(1024), { crc32: 1 })).rejects.toThrow(
      'shape.npy in x.npz is damaged: its CRC-32 is',
    );
    await expect(open(contentOf(1024), { crc32: 1 })).rejects.toThrow(CorruptSourceError);
  });
});

describe('a member of 1,025 bytes', () => {
  it('is read where it is asked for, without its checksum', async () => {
    const head = await open(contentOf(1025), { crc32: 1 });
    expect(head).toMatchObject({ uri: 'x.npz', size: 1025 });
    expect(await head.read({ offset: 1000, length: 24 })).toEqual(contentOf(1024).slice(1000));
  });
});
