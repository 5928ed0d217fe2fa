import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ManifestError } from '#core/errors.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { csvOutput } from '#core/outputs/csv/csv-output.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

async function* blocksOf(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 1_000_003) yield bytes.subarray(at, at + 1_000_003);
}

const outputs = {
  none: csvOutput(PLAIN_CSV),
  gzip: csvOutput({ ...PLAIN_CSV, compression: 'gzip' }),
};

const check = (bytes: Uint8Array, compression: Compression) =>
  outputs[compression].check(blocksOf(bytes), 'chunk');

const text = Buffer.alloc(9_000_001, '1,0,0,0\n');
const figures = { bytes: 9_000_001, records: 1_125_000, crc32: crc32(text) };

describe('a chunk of CSV', () => {
  it('is read whole, plain and compressed', async () => {
    expect(await check(text, 'none')).toEqual(figures);
    expect(await check(gzipSync(text), 'gzip')).toEqual(figures);
  });

  it('fails by name where its gzip is cut or damaged', async () => {
    const bytes = gzipSync(Buffer.alloc(100_000, '1,0\n'));
    await expect(check(bytes.subarray(0, -9), 'gzip')).rejects.toThrow(ManifestError);
    const damaged = Buffer.from(bytes);
    damaged[damaged.length - 8]! ^= 1;
    await expect(check(damaged, 'gzip')).rejects.toThrow(/^chunk is not whole gzip/);
  });

  it('passes on what keeps it from being read', async () => {
    const broken = (async function* () {
      yield gzipSync(text).subarray(0, 99);
      throw new Error('connection lost');
    })();
    await expect(outputs.gzip.check(broken, 'chunk')).rejects.toThrow('connection lost');
  });

  it('counts a header line in the first chunk only', () => {
    const dialect = { ...PLAIN_CSV.dialect, header: 'first-chunk' } as const;
    const { recordCount } = csvOutput({ ...PLAIN_CSV, dialect });
    expect(recordCount({ index: 0, rowStart: 0, rowEnd: 3 }, 0)).toBe(4);
    expect(recordCount({ index: 1, rowStart: 3, rowEnd: 6 }, 0)).toBe(3);
    expect(outputs.none.recordCount({ index: 0, rowStart: 0, rowEnd: 3 }, 0)).toBe(3);
  });
});
