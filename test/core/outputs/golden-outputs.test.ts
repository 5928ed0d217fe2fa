import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { golden } from '#support/golden.ts';
import { GOLDEN_SPECS, goldenChunks } from '#support/golden-outputs.ts';

/** CRC-32 of each content, written when SciPy, scikit-learn and SageMaker had read all of them. */
const fixture = new URL('../../fixtures/outputs/contents.json', import.meta.url);
const contents: Readonly<Record<string, readonly string[]>> = JSON.parse(
  await readFile(fixture, 'utf8'),
);

describe('the content that `npm run campaign -- outputs` has proved', () => {
  it.each(GOLDEN_SPECS.map((spec, index) => [JSON.stringify(spec), spec, index] as const))(
    'is written as %s',
    async (_, spec, index) => {
      for (const { file } of golden.cases) {
        const chunks = await goldenChunks(file, spec);
        const content = Buffer.concat(chunks.map((chunk) => chunk.content));
        expect(crc32Hex(crc32(content)), file).toBe(contents[file]?.[index]);
      }
    },
  );
});
