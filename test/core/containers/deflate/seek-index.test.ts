import { crc32, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import {
  encodeSeekTable,
  MAX_CHECKPOINTS,
  packWindow,
  readCheckpoints,
  readWindow,
} from '#core/containers/deflate/seek-index.ts';
import { withCounting } from '#support/counting-source.ts';

const STREAM = { compressedBytes: 0x0102030405, bytes: 0x060708090a, crc32: 0xdeadbeef };
const FIRST = Buffer.from('the window of the first checkpoint');
const SECOND = Buffer.alloc(32_768, 'second');
const PLACES = [
  { bit: 0x1112131415, offset: 0x2122232425, window: packWindow(FIRST) },
  { bit: 0x3132333435, offset: 0x4142434445, window: packWindow(SECOND) },
] as const;

const TABLE = encodeSeekTable(STREAM, PLACES);
const INDEX = Buffer.concat([TABLE, ...PLACES.map(({ window }) => window)]);

const indexOf = (bytes: Uint8Array) => memorySource(new Uint8Array(bytes), 'x.seek');

/**
 * The index with some bytes changed. The checksum of its table is computed anew if that is asked
 * for.
 */
function changed(at: number, bytes: readonly number[], isSealed = true): Uint8Array {
  const index = Buffer.from(INDEX);
  index.set(bytes, at);
  const rest = 36 + 24 * index.readUInt32LE(28);
  const sum = crc32(index.subarray(36, rest), crc32(index.subarray(0, 32)));
  if (isSealed) index.writeUInt32LE(sum, 32);
  return index;
}

it('lies as its description says', () => {
  expect(TABLE).toHaveLength(36 + 2 * 24);
  const view = Buffer.from(TABLE);
  expect(view.toString('latin1', 0, 4)).toBe('SFSX');
  expect(view.readUInt32LE(4)).toBe(1);
  expect(view.readBigUInt64LE(8)).toBe(0x0102030405n);
  expect(view.readBigUInt64LE(16)).toBe(0x060708090an);
  expect(view.readUInt32LE(24)).toBe(0xdeadbeef);
  expect(view.readUInt32LE(28)).toBe(2);
  expect(view.readUInt32LE(32)).toBe(
    crc32(Buffer.concat([view.subarray(0, 32), view.subarray(36)])),
  );
  for (const [i, { bit, offset, window }] of PLACES.entries()) {
    const at = 36 + 24 * i;
    expect(view.readBigUInt64LE(at)).toBe(BigInt(bit));
    expect(view.readBigUInt64LE(at + 8)).toBe(BigInt(offset));
    expect(view.readUInt32LE(at + 16)).toBe(window.length);
    expect(view.readUInt32LE(at + 20)).toBe(crc32(window));
  }
});

describe('the checkpoints of an index', () => {
  it('are the beginning of the stream, and those of the table with their windows', async () => {
    const [first, second] = PLACES;
    const start = INDEX.length - first.window.length - second.window.length;
    expect(await readCheckpoints(indexOf(INDEX), STREAM)).toEqual([
      { bit: 0, offset: 0, window: { offset: 0, length: 0 }, windowCrc32: 0 },
      {
        bit: first.bit,
        offset: first.offset,
        window: { offset: start, length: first.window.length },
        windowCrc32: crc32(first.window),
      },
      {
        bit: second.bit,
        offset: second.offset,
        window: { offset: start + first.window.length, length: second.window.length },
        windowCrc32: crc32(second.window),
      },
    ]);
  });

  it('are read at once, with as many as there can be and no more', async () => {
    const places = Array.from({ length: MAX_CHECKPOINTS }, (_, i) => ({
      bit: i,
      offset: i,
      window: Uint8Array.of(7),
    }));
    const table = encodeSeekTable(STREAM, places);
    const source = withCounting(indexOf(Buffer.concat([table, Buffer.alloc(100_000)])));
    expect(await readCheckpoints(source, STREAM)).toHaveLength(1 + MAX_CHECKPOINTS);
    expect(source.reads).toEqual([{ offset: 0, length: 36 + 24 * 1024 }]);
    const more = encodeSeekTable(STREAM, [...places, ...PLACES]);
    await expect(readCheckpoints(indexOf(more), STREAM)).rejects.toThrow('a damaged table');
  });

  it('of a stream that has none are its beginning', async () => {
    const none = encodeSeekTable(STREAM, []);
    expect(await readCheckpoints(indexOf(none), STREAM)).toHaveLength(1);
    await expect(readCheckpoints(indexOf(none.subarray(0, 35)), STREAM)).rejects.toThrow(
      'x.seek is a seek index with no header of version 1',
    );
  });

  it.each([
    ['another magic', changed(0, [0]), 'no header of version 1'],
    ['another version', changed(4, [2]), 'no header of version 1'],
    ['a wrong checksum', changed(32, [0, 0, 0, 0], false), 'a damaged table'],
    ['a wrong bit of the header', changed(24, [0], false), 'a damaged table'],
    ['a wrong bit of the table', changed(40, [0], false), 'a damaged table'],
    ['a table that is cut short', INDEX.subarray(0, 83), 'a damaged table'],
    ['another compressed length', changed(8, [6]), '25887770890 bytes in 4328719366 compressed'],
    ['another length', changed(16, [11]), '25887770891 bytes in 4328719365 compressed'],
  ])('fail on %s', async (_, bytes, message) => {
    await expect(readCheckpoints(indexOf(bytes), STREAM)).rejects.toThrow(message);
  });
});

describe('a window', () => {
  it('is what was packed, read by itself', async () => {
    const source = withCounting(indexOf(INDEX));
    const [start, first, second] = await readCheckpoints(source, STREAM);
    expect(await readWindow(source, start!)).toEqual(new Uint8Array());
    expect(source.reads).toHaveLength(1);
    expect(await readWindow(source, first!)).toEqual(FIRST);
    expect(await readWindow(source, second!)).toEqual(SECOND);
    expect(source.reads.slice(1)).toEqual([first!.window, second!.window]);
    expect(inflateRawSync(PLACES[0].window)).toEqual(FIRST);
  });

  it('fails where a bit of it is wrong', async () => {
    const source = indexOf(changed(INDEX.length - 1, [INDEX.at(-1)! ^ 1]));
    const [, first, second] = await readCheckpoints(source, STREAM);
    expect(await readWindow(source, first!)).toEqual(FIRST);
    await expect(readWindow(source, second!)).rejects.toThrow('a damaged window');
  });
});
