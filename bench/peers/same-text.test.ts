import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withSource } from '#cli/sources/with-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { countMatrix } from '#support/count-matrix.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { isTextOf, textBytes } from './same-text.ts';

const ROWS = { rowStart: 0, rowEnd: 40 };

let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'same-text-'));
  out = join(folder, 'out.csv');
});

afterEach(() => rm(folder, { recursive: true }));

/** Uses a matrix of 50 rows and the text of its first 40. */
async function withText(use: (matrix: Matrix, text: Buffer) => Promise<void>): Promise<void> {
  const path = join(folder, 'counts.npz');
  await saveNpz(path, countMatrix({ rows: 50, columns: 300, entriesPerRow: 5, seed: 1 }));
  const asked = { locations: [path], options: {} };
  await withSource(asked, new AbortController().signal, async ({ source }) => {
    const text = encodedBytes(source, { index: 0, ...ROWS }, PLAIN_CSV);
    await use(source, Buffer.from(await buffer(text)));
  });
}

describe('isTextOf', () => {
  test('knows the text in a file, in a gzip member and in parts below a folder', () =>
    withText(async (matrix, text) => {
      await writeFile(out, text);
      expect(await isTextOf({ out, gzip: false }, matrix, ROWS)).toBe(true);
      await writeFile(out, gzipSync(text));
      expect(await isTextOf({ out, gzip: true }, matrix, ROWS)).toBe(true);
      const parts = join(folder, 'parts');
      await mkdir(parts);
      await writeFile(join(parts, 'part-1'), text.subarray(1000));
      await writeFile(join(parts, 'part-0'), text.subarray(0, 1000));
      await writeFile(join(parts, '_SUCCESS'), '');
      expect(await isTextOf({ out: parts, gzip: false }, matrix, ROWS)).toBe(true);
      expect(await textBytes(matrix, ROWS)).toBe(text.length);
    }));

  test('fails a text that is changed, cut, or longer by a byte', () =>
    withText(async (matrix, text) => {
      const changed = Buffer.from(text);
      changed[text.length - 2]! ^= 1;
      for (const other of [changed, text.subarray(0, -1), Buffer.concat([text, Buffer.of(10)])]) {
        await writeFile(out, other);
        expect(await isTextOf({ out, gzip: false }, matrix, ROWS)).toBe(false);
      }
    }));
});
