import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkedStep } from '#local/s3/aws-chunked.ts';

/** A body framed without signatures, as SDKs send it over TLS. */
function framed(chunks: readonly Uint8Array[]): Buffer {
  const parts = chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']);
  const whole = [...parts, '0\r\n', 'x-amz-checksum-crc32: AAAAAA==\r\n', '\r\n'];
  return Buffer.concat(whole.map((part) => Buffer.from(part)));
}

/** Decodes bytes that come in pieces; each is overwritten once it was taken. */
function decode(pieces: readonly Buffer[]) {
  const bytes: Buffer[] = [];
  let trailers: Readonly<Record<string, string>> = {};
  let ended = false;
  const onTrailers = (read: typeof trailers) => {
    trailers = read;
  };
  const step = new ChunkedStep(
    { signer: undefined, onTrailers },
    {
      take: (some) => bytes.push(Buffer.from(some)),
      end: () => {
        ended = true;
      },
    },
  );
  for (const piece of pieces.map((each) => Buffer.from(each))) {
    step.take(piece);
    piece.fill(0);
  }
  step.end();
  return { body: Buffer.concat(bytes), trailers, ended };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % bytes.length), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

describe('an aws-chunked body', () => {
  test('is decoded however it is cut', async () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const places = fc.array(fc.nat(), { maxLength: 60 });
    const bodies = fc.record({ chunks: fc.array(chunk, { maxLength: 8 }), places });
    const property = fc.property(bodies, ({ chunks, places: cuts }) => {
      const { body, trailers, ended } = decode(cut(framed(chunks), cuts));
      expect(Buffer.compare(body, Buffer.concat(chunks))).toBe(0);
      expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
      expect(ended).toBe(true);
    });
    await fc.assert(property);
  });

  test('that is cut off anywhere is incomplete', () => {
    const whole = framed([Buffer.from('some'), Buffer.from('bytes')]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decode([whole.subarray(0, length)])).toThrow('terminated unexpectedly');
    }
  });

  test.each([
    ['4\r\nsomeX\r\n0\r\n\r\n', 'A chunk is longer than its header says'],
    ['4;chunk-signature=1\r\nsome\r\n0\r\n\r\n', 'The chunk header is not valid'],
    ['0\r\n\r\nmore', 'There are bytes after the last chunk'],
    ['1'.repeat(16_385), 'A chunk header is too long'],
  ])('%j is refused', (text, message) => {
    for (const at of [0, 1, text.length - 1]) {
      expect(() => decode(cut(Buffer.from(text), [at]))).toThrow(message);
    }
  });
});
