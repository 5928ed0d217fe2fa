import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chunkSource } from '#local/s3/body-source.ts';
import { DataFiles } from '#local/s3/data-files.ts';
import { ThreadDigest } from '#local/s3/digest-thread.ts';
import { storeBody } from '#local/s3/stored-body.ts';

const BLOCK_BYTES = 512 * 1024;

let directory: string;
let files: DataFiles;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stored-body-'));
  files = new DataFiles(directory);
});

afterAll(() => rm(directory, { recursive: true }));

/** As S3's header has it. */
function crc32Base64(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

/** Bytes of which no two blocks are alike. */
function bodyOf(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 9)) & 255);
}

/** The body in chunks of the given lengths in turn. */
async function* chunksOf(body: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const length = lengths[turn % lengths.length]!;
    yield body.slice(at, at + length);
    at += length;
  }
}

async function storedFiles(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const store = (chunks: AsyncIterable<Uint8Array>, verify: () => void = () => {}) =>
  storeBody(files, chunkSource(chunks), { algorithms: ['CRC32'], verify });

async function assertStored(body: Uint8Array, lengths: readonly number[]): Promise<void> {
  const stored = await store(chunksOf(body, lengths));
  expect(stored).toMatchObject({
    size: body.length,
    md5: createHash('md5').update(body).digest('hex'),
    checksums: { CRC32: crc32Base64(crc32(body)) },
  });
  const kept: Uint8Array[] = [];
  const range = { offset: 0, length: body.length };
  for await (const piece of files.read([stored], range)) kept.push(piece);
  expect(Buffer.compare(Buffer.concat(kept), body)).toBe(0);
  await files.remove([stored]);
}

describe('a body', () => {
  test.each([
    0,
    1,
    BLOCK_BYTES - 1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    4 * BLOCK_BYTES,
    5 * BLOCK_BYTES + 7,
  ])('of %i bytes is kept with its digests', async (bytes) => {
    await assertStored(bodyOf(bytes), [16_384]);
  });

  test('is kept whatever chunks it comes in', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 3 * BLOCK_BYTES }), {
      minLength: 1,
      maxLength: 6,
    });
    const body = bodyOf(4 * BLOCK_BYTES + 99);
    const small = fc.array(fc.integer({ min: 1000, max: 70_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(lengths, small), (each) => assertStored(body, each)),
      { numRuns: 40 },
    );
  });

  test('of many at once is not mixed up with another', async () => {
    const sizes = [3, 4, 5, 6, 7, 8].map((blocks) => blocks * BLOCK_BYTES - blocks);
    await Promise.all(sizes.map((bytes) => assertStored(bodyOf(bytes), [bytes / 7 + 1])));
  });

  test.each([1, 6])('that breaks off after %i blocks leaves nothing', async (blocks) => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* chunksOf(bodyOf(blocks * BLOCK_BYTES), [16_384]);
      throw new Error('the client went away');
    }
    await expect(store(broken())).rejects.toThrow('the client went away');
    expect(await storedFiles()).toEqual([]);
  });

  test.each([1000, 3 * BLOCK_BYTES])(
    'of %i bytes that is refused leaves nothing',
    async (bytes) => {
      const verify = () => {
        throw new Error('another digest');
      };
      await expect(store(chunksOf(bodyOf(bytes), [16_384]), verify)).rejects.toThrow(
        'another digest',
      );
      expect(await storedFiles()).toEqual([]);
    },
  );
});

test('digests that nobody will compute fail', async () => {
  const digest = new ThreadDigest(['CRC32']);
  const block = new Uint8Array(new SharedArrayBuffer(4));
  await digest.update(block);
  // Closed before the thread is asked: otherwise it might answer first.
  digest.close();
  const finished = digest.finish();
  await expect(finished).rejects.toThrow('the thread that computes digests has ended');
});
