import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { describeByteSource } from '#support/contracts/byte-source.ts';
import { type CountingSource, withCounting } from '#support/counting-source.ts';
import { type WrittenChunks, writeChunks } from '#support/write-chunks.ts';

const DEFLATE = [0, 0] as const;
const deflated = {
  filters: [DEFLATE],
  store: (bytes: Uint8Array) => ({ bytes: deflateSync(bytes), mask: 0 }),
};
const bytes = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7 + (i >> 8)) % 251);

function open({ object, table }: WrittenChunks, size: number) {
  const counted = withCounting(memorySource(object, 'x.h5'));
  const index = withCounting(memorySource(table, 'x.chunks'));
  return { object: counted, index, source: chunkedSource({ object: counted, index, size }) };
}

/** Reads all of a source one range after the other. */
async function readInTurn(source: ByteSource, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < source.size; offset += length) {
    const range = { offset, length: Math.min(length, source.size - offset) };
    pieces.push(await source.read(range));
  }
  return Buffer.concat(pieces);
}

function sumOfReads({ reads }: CountingSource): number {
  return reads.reduce((sum, { length }) => sum + length, 0);
}

describeByteSource('a chunked source', async (content) => {
  const written = writeChunks(content, { itemBytes: 1, chunkElements: 1000, ...deflated });
  return open(written, content.length).source;
});

it('reads any range, whatever the chunks, gaps and filters are', async () => {
  const SIZE = 1200;
  const layouts = fc.record({
    itemBytes: fc.constantFrom(1, 2, 4, 8),
    chunkElements: fc.integer({ min: 1, max: 400 }),
    gap: fc.constantFrom(0, 3, 70_000),
    isDeflated: fc.boolean(),
    everyNth: fc.integer({ min: 1, max: 5 }),
  });
  const ranges = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(layouts, ranges, async ({ everyNth, isDeflated, ...layout }, asked) => {
      const content = bytes.slice(0, SIZE);
      const chunkBytes = layout.itemBytes * layout.chunkElements;
      const written = writeChunks(content, {
        ...layout,
        fill: new Array(layout.itemBytes).fill(9),
        filters: [DEFLATE],
        store(chunk, i) {
          if (i % everyNth === 1) return undefined;
          return isDeflated ? deflated.store(chunk) : { bytes: chunk, mask: 1 };
        },
      });
      for (let i = 1; i * chunkBytes < SIZE && everyNth > 1; i += everyNth) {
        content.fill(9, i * chunkBytes, (i + 1) * chunkBytes);
      }
      const { source } = open(written, SIZE);
      for (const [a, b] of asked) {
        const offset = a % SIZE;
        const length = b % (SIZE + 1 - offset);
        expect(await source.read({ offset, length })).toEqual(
          content.slice(offset, offset + length),
        );
      }
    }),
    { numRuns: 100 },
  );
});

it('answers two reads of the same chunks at the same time', async () => {
  const written = writeChunks(bytes, { itemBytes: 8, chunkElements: 500, ...deflated });
  const { source } = open(written, bytes.length);
  for (let offset = 0; offset + 20_000 < bytes.length; offset += 5_001) {
    const ranges = [offset, offset + 1_999, offset].map((at) => ({ offset: at, length: 9_999 }));
    const read = await Promise.all(ranges.map((range) => source.read(range)));
    for (const [i, range] of ranges.entries()) {
      expect(Buffer.compare(read[i]!, bytes.subarray(range.offset, range.offset + 9_999))).toBe(0);
    }
  }
});

describe('its reads', () => {
  const written = writeChunks(bytes, { itemBytes: 4, chunkElements: 1000, ...deflated });

  it('fetch each chunk once and the table once if they follow each other', async () => {
    const { source, object, index } = open(written, bytes.length);
    expect(Buffer.compare(await readInTurn(source, 33_333), bytes)).toBe(0);
    expect(sumOfReads(object)).toBe(written.object.length - 16);
    expect(index.reads).toHaveLength(1);
  });

  it('fetch near chunks together, and none twice', async () => {
    const { source, object } = open(written, bytes.length);
    await source.read({ offset: 4_001, length: 300_000 });
    expect(object.reads).toHaveLength(1);
    await source.read({ offset: 304_100, length: 100 });
    expect(object.reads).toHaveLength(1);
  });

  it('fetch chunks separately that are far from each other', async () => {
    const far = writeChunks(bytes, {
      itemBytes: 4,
      chunkElements: 10_000,
      gap: 65_537,
      ...deflated,
    });
    const { source, object } = open(far, bytes.length);
    expect(Buffer.compare(await readInTurn(source, bytes.length), bytes)).toBe(0);
    expect(object.reads).toHaveLength(10);
    expect(object.mostAtOnce).toBeLessThanOrEqual(2);
  });

  it('are of at most 4 MiB, or of one chunk', async () => {
    const large = new Uint8Array(20 * 1024 * 1024);
    const whole = writeChunks(large, { itemBytes: 8, chunkElements: 2 ** 17 });
    const { source, object } = open(whole, large.length);
    await source.read({ offset: 0, length: large.length });
    expect(object.reads.map(({ length }) => length / 2 ** 20)).toEqual([4, 4, 4, 4, 4]);
  });

  it('look entries up block by block', async () => {
    const small = writeChunks(bytes.subarray(0, 10_000), { itemBytes: 1, chunkElements: 1 });
    const { source, index } = open(small, 10_000);
    expect(Buffer.compare(await readInTurn(source, 700), bytes.subarray(0, 10_000))).toBe(0);
    // Ten blocks, of which some ranges end inside two; the last one is kept.
    expect(index.reads.length).toBeLessThan(21);
    await source.read({ offset: 0, length: 10_000 });
    expect(Math.max(...index.reads.map(({ length }) => length))).toBeLessThan(70_000);
  });
});

describe('fails', () => {
  const options = { itemBytes: 4, chunkElements: 1000, ...deflated };
  const written = writeChunks(bytes, options);
  const all = { offset: 0, length: bytes.length };

  it('fails on a chunk that does not inflate', async () => {
    const { object, table } = written;
    const { source } = open(
      { table, object: object.map((byte, i) => (i === 500 ? 255 - byte : byte)) },
      bytes.length,
    );
    await expect(source.read(all)).rejects.toThrow(CorruptSourceError);
    await expect(source.read(all)).rejects.toThrow(
      /x\.h5 has a damaged chunk of \d+ bytes at 375: invalid/,
    );
  });

  it.each([
    ['fewer', 3_999, 'it decodes to 3999 bytes, expected 4000'],
    ['more', 4_001, 'it decodes to 4001 bytes, expected 4000'],
    ['very many more', 40_000_000, 'Cannot create a Buffer larger than'],
  ])('fails on a chunk of %s bytes', async (_, length, message) => {
    const other = deflateSync(new Uint8Array(length));
    const store = () => ({ bytes: other, mask: 0 });
    const { source } = open(writeChunks(bytes, { ...options, store }), bytes.length);
    await expect(source.read(all)).rejects.toThrow(CorruptSourceError);
    await expect(source.read(all)).rejects.toThrow(message);
  });

  it.each([
    ['another size', bytes.length + 4, written.table],
    ['a damaged header', bytes.length, written.table.with(20, 77)],
    ['a damaged entry', bytes.length, written.table.with(100, 77)],
    ['no entries', bytes.length, written.table.slice(0, 80)],
    ['nothing', bytes.length, written.table.slice(0, 10)],
    ['another magic', bytes.length, written.table.with(0, 0)],
  ])('fails on a table of %s', async (_, size, table) => {
    const { source } = open({ ...written, table }, size);
    const reading = source.read({ offset: 0, length: 4 });
    await expect(reading).rejects.toThrow(CorruptSourceError);
    await expect(reading).rejects.toThrow('x.chunks is');
  });

  it('fails once if the table can be read later', async () => {
    let isDown = true;
    const index = memorySource(written.table);
    const source = chunkedSource({
      object: memorySource(written.object),
      size: bytes.length,
      index: {
        ...index,
        async read(range) {
          if (isDown) throw new Error('down');
          return index.read(range);
        },
      },
    });
    await expect(source.read(all)).rejects.toThrow('down');
    isDown = false;
    expect(Buffer.compare(await source.read(all), bytes)).toBe(0);
  });
});
