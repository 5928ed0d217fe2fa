import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChecksumAlgorithm, composeChecksum, createDigest } from '#local/s3/checksums.ts';

function digest(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const running = createDigest(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest().toString('base64');
}

test('gives the published check values for the text 123456789', () => {
  const text = Buffer.from('123456789');
  const hex = (algorithm: ChecksumAlgorithm) =>
    Buffer.from(digest(algorithm, text), 'base64').toString('hex');
  expect(hex('CRC32')).toBe('cbf43926');
  expect(hex('CRC32C')).toBe('e3069283');
  expect(hex('CRC64NVME')).toBe('ae8b14860a799888');
});

test('gives the same value however the bytes are cut, and composed from the cuts', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 6 });
  const algorithms = fc.constantFrom('CRC32' as const, 'CRC32C' as const, 'CRC64NVME' as const);
  fc.assert(
    fc.property(pieces, algorithms, (cuts, algorithm) => {
      const whole = digest(algorithm, Buffer.concat(cuts));
      expect(digest(algorithm, ...cuts)).toBe(whole);
      const parts = cuts.map((cut) => ({ value: digest(algorithm, cut), size: cut.length }));
      expect(composeChecksum(algorithm, 'FULL_OBJECT', parts).value).toBe(whole);
    }),
  );
});

test('agrees with zlib on CRC-32', () => {
  const bytes = Buffer.from('any text at all');
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc32(bytes));
  expect(digest('CRC32', bytes)).toBe(buffer.toString('base64'));
});
