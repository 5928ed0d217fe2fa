import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countMatrix } from '#support/count-matrix.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { OneWriter } from '#support/one-writer.ts';

/** Memory of the whole process for any chunk, as README.md promises. */
const MAX_RSS_BYTES = 160e6;

/** 200 MB of text from 36 MB of entries, in one chunk. */
const MATRIX = { rows: 20_000, columns: 5_000, entriesPerRow: 150, seed: 1 };

let directory: string;
let writer: OneWriter;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-memory-'));
  const path = join(directory, 'counts.npz');
  await saveNpz(path, countMatrix(MATRIX));
  writer = await OneWriter.start(path);
});

afterAll(async () => {
  await writer.close();
  await rm(directory, { recursive: true });
});

it.each(['none', 'gzip'] as const)(
  'writes a large chunk with compression %s in bounded memory',
  async (compression) => {
    const { rows, textBytes } = await writer.write(compression);
    expect(rows).toBe(MATRIX.rows);
    expect(textBytes).toBeGreaterThan(200e6);
    expect(writer.peakRssBytes()).toBeGreaterThan(50e6);
    expect(writer.peakRssBytes()).toBeLessThan(MAX_RSS_BYTES);
  },
);
