import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError } from '#core/errors.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import type { CsvTable, TextPart } from '#tables/table-slice.ts';
import { writeTextFiles } from '#tables/text-file.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'text-file-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

const RECORD = `${'x'.repeat(99)}\n`;

/** Gzip objects of so many records of 100 bytes each. */
function sliceOf(records: readonly number[]): CsvTable {
  const parts = records.map((count, k): TextPart => {
    const source = memorySource(gzipSync(RECORD.repeat(count)), `s3://b/${k}.csv.gz`);
    return { source, compression: 'gzip', start: 0 };
  });
  return { format: 'csv', csv: csvFormatSection.parse({}), fields: 1, parts, sources: [] };
}

async function write(records: readonly number[], maxBytes: number): Promise<string> {
  const directory = await mkdtemp(join(root, 'd-'));
  const { paths } = await writeTextFiles(sliceOf(records), directory, maxBytes);
  return await readFile(paths[0]!, 'utf8');
}

describe('the text of a slice', () => {
  it('is written as long as all parts together stay within the bound', async () => {
    const text = await write([400, 0, 600], 100_000);
    expect(text).toBe(`x\n${RECORD.repeat(1000)}`);
  });

  it('is refused where the parts together pass it, whichever they are', async () => {
    const refused = write([400, 300, 301], 100_000);
    await expect(refused).rejects.toThrow(BoundExceededError);
    await expect(refused).rejects.toThrow(
      /^s3:\/\/b\/2\.csv\.gz of \d+ bytes has with the 2 objects before it that are read with it more than 100000 bytes of text, the most that a writer has room for; ask for smaller files$/,
    );
  });

  it('is refused where one part alone passes it', async () => {
    await expect(write([2000, 1], 100_000)).rejects.toThrow(
      /^s3:\/\/b\/0\.csv\.gz of \d+ bytes has more than 100000 bytes of text, .*; split it, or unpack it first$/,
    );
  });
});
