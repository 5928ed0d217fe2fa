import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { buildSeekIndex } from '#core/containers/deflate/build-seek-index.ts';
import { encodePassState, readPassState } from '#core/containers/deflate/pass-state.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { countBytes } from './count-bytes.ts';

const MIB = 1024 * 1024;
const plain = countBytes(7 * MIB);
const compressed = deflateRawSync(plain);

async function stateOf() {
  const size = { compressedBytes: compressed.length, bytes: plain.length };
  const stream = { where: 'x', ...size, crc32: crc32(plain) };
  const open = () => [compressed.subarray(0, -1), compressed.subarray(-1)];
  const progress = await buildSeekIndex(open, stream, { isTimeUp: () => true });
  if ('index' in progress) throw new Error('the pass did not stop');
  return progress.state;
}

const read = (bytes: Uint8Array, compressedBytes = compressed.length) =>
  readPassState(memorySource(bytes, 'part'), compressedBytes);

describe('the state of a pass', () => {
  test('is read as it was written', async () => {
    const state = await stateOf();
    expect(state.checkpoints.length).toBeGreaterThan(0);
    expect(state.crc32).toBe(crc32(plain.subarray(0, state.offset)));
    const bytes = Buffer.concat(encodePassState(state, compressed.length));
    const { window, checkpoints, ...numbers } = await read(bytes);
    expect(Buffer.compare(window, state.window)).toBe(0);
    expect(checkpoints.map((one) => ({ ...one, window: Buffer.from(one.window) }))).toEqual(
      state.checkpoints.map((one) => ({ ...one, window: Buffer.from(one.window) })),
    );
    expect({ ...state, ...numbers }).toEqual(state);
  });

  test('keeps numbers beyond 32 bits', async () => {
    const far = { bit: 2 ** 45 + 3, offset: 2 ** 43 + 1, spacing: 2 ** 33 };
    const sums = { crc32: 0xffff_fffe, bytes: 2 ** 42 + 5 };
    const state = { ...far, sums, crc32: 0xffff_ffff, window: plain.subarray(0, 32_768) };
    const bytes = Buffer.concat(encodePassState({ ...state, checkpoints: [] }, 2 ** 44));
    expect(await read(bytes, 2 ** 44)).toMatchObject({ ...far, sums, crc32: 0xffff_ffff });
  });

  test('fails if any byte of it is damaged, or it is cut short', async () => {
    const state = await stateOf();
    const bytes = Buffer.concat(encodePassState(state, compressed.length));
    const places = [...Array(bytes.length).keys()].filter((at) => at < 60 || at % 37 === 0);
    for (const at of places) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 4;
      const outcome = await read(damaged).then(
        () => `fine at ${at}`,
        (error) => error,
      );
      expect(outcome).toBeInstanceOf(CorruptSourceError);
    }
    for (const length of [0, 59, 60, 70, bytes.length - 1]) {
      await expect(read(bytes.subarray(0, length)), String(length)).rejects.toThrow(
        CorruptSourceError,
      );
    }
    await expect(read(bytes.subarray(0, 59))).rejects.toThrow(
      'part is a damaged part of a seek index; delete it, so that the next run makes it again',
    );
  });

  test('fails for another stream', async () => {
    const bytes = Buffer.concat(encodePassState(await stateOf(), compressed.length));
    await expect(read(bytes, compressed.length + 1)).rejects.toThrow(CorruptSourceError);
  });
});
