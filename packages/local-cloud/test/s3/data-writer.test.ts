import { constants } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BLOCK_BYTES, giveBack, lendBlocks } from '#local/s3/blocks.ts';
import { DataWriter } from '#local/s3/data-writer.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'data-writer-'));
});

afterAll(() => rm(directory, { recursive: true }));

/** The system's flag, and a flag of none: such a system writes through its cache. */
describe.each([
  ['past the cache', constants.O_DIRECT],
  ['through the cache', 0],
])('written %s', (way, flag) => {
  test.each([1, 511, 4096, 4097, BLOCK_BYTES - 1, BLOCK_BYTES])(
    'blocks and a last one of %i bytes are the file',
    async (last) => {
      const blocks = lendBlocks();
      for (const [i, block] of blocks.entries()) block.fill(i + 1);
      const writer = await DataWriter.create(join(directory, `${way} ${last}`), flag);
      const written = blocks.map((block, i) =>
        writer.writeBlock(block, i === blocks.length - 1 ? last : BLOCK_BYTES),
      );
      await Promise.all(written);
      await writer.close();
      const kept = await readFile(join(directory, writer.file));
      const whole = Buffer.concat(blocks).subarray(0, (blocks.length - 1) * BLOCK_BYTES + last);
      expect(Buffer.compare(kept, whole)).toBe(0);
      giveBack(blocks);
    },
  );
});

test('a file that is there already is not written', async () => {
  const path = join(directory, 'taken');
  await (await DataWriter.create(path)).close();
  await expect(DataWriter.create(path)).rejects.toThrow('EEXIST');
});
