import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodeChunk, encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { EncodedPart } from '#core/chunks/encoded-chunk.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { encodeText } from '#support/encode-text.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { randomMatrix } from '#support/random-matrix.ts';
import { createRandom } from '#support/seeded-random.ts';
import { FOUR, openFour } from './chunk-fixture.ts';

const HEADED: MatrixOutputSpec = {
  ...PLAIN_CSV,
  dialect: { ...PLAIN_CSV.dialect, header: 'first-chunk' },
};
const ZIPPED: MatrixOutputSpec = { ...HEADED, compression: 'gzip' };

const whole = { index: 0, rowStart: 0, rowEnd: 4 };

/** No engine is as plain as this one: its parts are the buffers that it is handed. */
const PLAIN_ROOM = { kernel: undefined, buffers: undefined };

async function textOf(source: OpenedSource, chunk: RowChunk, output: MatrixOutputSpec) {
  const pieces: Buffer[] = [];
  for await (const piece of encodedBytes(source, chunk, output)) pieces.push(Buffer.from(piece));
  const bytes = Buffer.concat(pieces);
  return (output === ZIPPED ? gunzipSync(bytes) : bytes).toString();
}

/** Encodes a chunk into new buffers of the given length. */
async function encodeInto(source: OpenedSource, output: MatrixOutputSpec, bytes: number) {
  const given = [new Uint8Array(bytes)];
  const options = { output, room: PLAIN_ROOM, buffer: given[0]! };
  const parts = encodeChunk(source, whole, options);
  const full: EncodedPart[] = [];
  // What the first call is handed is not used: the first buffer is among the options.
  let step = await parts.next(new Uint8Array(0));
  while (step.done !== true) {
    full.push(step.value);
    given.push(new Uint8Array(bytes));
    step = await parts.next(given.at(-1)!);
  }
  return { full, given, end: step.value };
}

describe('a chunk', () => {
  it('is the text of its rows', async () => {
    const source = await openFour();
    expect(await textOf(source, whole, PLAIN_CSV)).toBe(FOUR.join(''));
    expect(await textOf(source, { index: 7, rowStart: 1, rowEnd: 3 }, PLAIN_CSV)).toBe(
      `${FOUR[1]}${FOUR[2]}`,
    );
    expect(await textOf(source, { index: 7, rowStart: 2, rowEnd: 2 }, PLAIN_CSV)).toBe('');
  });

  it.each([
    ['plain', HEADED],
    ['compressed', ZIPPED],
  ])('begins with the names of the columns only where it is the first, %s', async (_, output) => {
    const source = await openFour();
    const [first, second] = [0, 1].map((index) => ({ index, rowStart: 0, rowEnd: 1 }));
    expect(await textOf(source, first!, output)).toBe(`0,1,2\n${FOUR[0]}`);
    expect(await textOf(source, second!, output)).toBe(FOUR[0]);
  });

  it('is the same text in any split, which is that of the simple encoder', async () => {
    const random = randomMatrix(createRandom(5), 'float64', { rows: 30, columns: 9, entries: 5 });
    const file = memorySource(writeNpz(random), 'random.npz');
    const { matrix } = await openMatrix(file);
    const slices = await Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 30 }));
    const cells = { columns: 9, dtype: 'float64', dialect: HEADED.dialect } as const;
    const names = Array.from({ length: 9 }, (_, column) => String(column));
    const expected = encodeText(slices, { ...cells, names });
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 29 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.constantFrom(HEADED, ZIPPED), async (at, output) => {
        const bounds = [0, ...at.sort((a, b) => a - b), 30];
        const chunks = bounds.slice(1).map((rowEnd, index) => ({
          ...{ index, rowStart: bounds[index]!, rowEnd },
        }));
        const texts: string[] = [];
        for (const chunk of chunks) texts.push(await textOf(matrix, chunk, output));
        expect(texts.join('')).toBe(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('has the length, CRC-32 and counts of what is in it', async () => {
    const content = Buffer.from(`0,1,2\n${FOUR.join('')}`);
    const source = await openFour();
    const zipped = await encodeInto(source, ZIPPED, 4096);
    expect(zipped.end.content).toEqual({ bytes: content.length, crc32: crc32(content) });
    expect(zipped.end.counts).toEqual({ nnz: 4 });
    const plain = await encodeInto(source, HEADED, 4096);
    expect(plain.end.content).toBeUndefined();
    expect(plain.end.counts).toEqual({ nnz: 4 });
    expect(Buffer.from(plain.end.last.bytes)).toEqual(content);
  });

  it('counts the entries of its own rows, duplicates too', async () => {
    const file = writeNpz({
      ...{ shape: [3, 2], dtype: 'int8', indptr: [0, 1, 4, 5] },
      ...{ indices: [0, 1, 1, 0, 1], data: [1, 2, 3, 4, 5] },
    });
    const { matrix } = await openMatrix(memorySource(file, 'twice.npz'));
    const chunk = { index: 1, rowStart: 1, rowEnd: 2 };
    const options = { output: PLAIN_CSV, room: PLAIN_ROOM, buffer: new Uint8Array(99) };
    const step = await encodeChunk(matrix, chunk, options).next(new Uint8Array(0));
    expect(step).toMatchObject({ done: true, value: { counts: { nnz: 3 } } });
  });
});

describe('the parts of a chunk', () => {
  it.each([1, 5, 8])('fill the buffers that are handed over, %i bytes each', async (bytes) => {
    const { full, given, end } = await encodeInto(await openFour(), HEADED, bytes);
    const expected = `0,1,2\n${FOUR.join('')}`;
    expect(full).toHaveLength(Math.ceil(expected.length / bytes) - 1);
    for (const [index, part] of full.entries()) {
      expect(part.bytes.buffer).toBe(given[index]!.buffer);
      expect(part.bytes).toHaveLength(bytes);
    }
    expect(end.last.bytes.buffer).toBe(given.at(-1)!.buffer);
    const all = [...full, end.last].map((part) => Buffer.from(part.bytes));
    expect(Buffer.concat(all).toString()).toBe(expected);
  });

  it('come with the CRC-32 that the encoder knows without reading them', async () => {
    const bytes = 1024 * 1024;
    const columns = 900_000;
    const file = writeNpz({
      ...{ shape: [1, columns], dtype: 'int64' },
      ...{ indptr: [0, 1], indices: [5], data: [77n] },
    });
    const { matrix } = await openMatrix(memorySource(file, 'wide.npz'));
    const room = openEncoderRoom({ count: 2, bytes });
    const buffers = room.buffers!;
    const chunk = { index: 0, rowStart: 0, rowEnd: 1 };
    const parts = encodeChunk(matrix, chunk, { output: PLAIN_CSV, room, buffer: buffers[0]! });
    const first = await parts.next(new Uint8Array(0));
    if (first.done === true) throw new Error('one part only');
    expect(first.value.crc32).toBe(crc32(first.value.bytes));
    const second = await parts.next(buffers[1]!);
    if (second.done !== true) throw new Error('more than two parts');
    const { last } = second.value;
    expect(last.bytes).toHaveLength(2 * columns + 1 - bytes);
    expect(last.crc32).toBe(crc32(last.bytes));
  });
});

describe('the bytes of a chunk', () => {
  it('come in pieces of 4 MiB, of one buffer that is used again', async () => {
    const columns = 5_000_000;
    const file = writeNpz({
      ...{ shape: [1, columns], dtype: 'int8' },
      ...{ indptr: [0, 1], indices: [columns - 1], data: [7] },
    });
    const { matrix } = await openMatrix(memorySource(file, 'wide.npz'));
    const lengths: number[] = [];
    const places = new Set<number>();
    let text = '';
    const chunk = { index: 0, rowStart: 0, rowEnd: 1 };
    for await (const piece of encodedBytes(matrix, chunk, PLAIN_CSV)) {
      lengths.push(piece.length);
      places.add(piece.byteOffset);
      text = Buffer.from(piece.subarray(-4)).toString();
    }
    expect(lengths).toEqual([4_194_304, 4_194_304, 2 * columns - 2 * 4_194_304]);
    expect(places.size).toBe(1);
    expect(text).toBe('0,7\n');
  });
});
