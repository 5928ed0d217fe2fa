import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { readTextRange } from '#core/tables/text/read-text.ts';
import { withFileSource } from '#tables/file-source.ts';

it('reads a text of several blocks, each of which is given back', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'file-source-'));
  const path = join(directory, 'rows.csv');
  const text = Array.from({ length: 1000 }, (_, id) => `${id},"žluť 🐎 ${id}"\n`).join('');
  await writeFile(path, text);
  const written: string[] = [];
  const proof = await withFileSource(path, async (source) => {
    const slice = {
      ...{ uri: path, start: 0, isLast: true, columns: 2 },
      format: csvFormatSection.parse({ header: false }),
    };
    const pieces = readTextRange(source, { start: 0, end: source.size }, 101);
    return await proveCsv(slice, pieces, async (bytes) => {
      written.push(Buffer.from(bytes).toString('latin1'));
    });
  });
  expect(proof).toMatchObject({ records: 1000, bytes: Buffer.byteLength(text) });
  expect(Buffer.from(written.join(''), 'latin1').toString()).toBe(text);
  await rm(directory, { recursive: true });
});
