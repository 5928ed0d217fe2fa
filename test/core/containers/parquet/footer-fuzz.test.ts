import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { columnType } from '#core/containers/parquet/column-type.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { sliceFooter } from '#core/containers/parquet/slice-footer.ts';
import { readStatistics } from '#core/containers/parquet/statistics.ts';
import { FanoutError } from '#core/errors.ts';

const FIXTURES = `${import.meta.dirname}/../../../fixtures/tables`;
const NAMES = ['row-groups', 'zone-ms', 'int96', 'zero-rows', 'two-schemas'];

const RUNS = 1500;

let files: readonly Buffer[];

beforeAll(async () => {
  const paths = NAMES.map((name) => `${FIXTURES}/parquet-${name}/a.parquet`);
  files = await Promise.all(paths.map((path) => readFile(path)));
});

/** Reads all there is to read of a footer. @returns the rows of its slices */
async function readAll(bytes: Uint8Array): Promise<readonly [whole: number, slices: number]> {
  const footer = await readFooter(memorySource(bytes, 'fuzzed'));
  readStatistics(footer);
  for (const column of footer.columns) columnType(column, footer.uri);
  let rows = 0;
  for (let i = 0; i < footer.rowGroups.length; i++) {
    const slice = sliceFooter(footer, { start: i, end: i + 1 });
    rows += slice.rows;
    const end = slice.end.bytes.subarray(-8);
    const file = Buffer.concat([
      Buffer.from('PAR1'),
      Buffer.alloc(slice.end.at - 4),
      slice.end.bytes,
    ]);
    expect(Buffer.from(end.subarray(4)).toString()).toBe('PAR1');
    expect((await readFooter(memorySource(file, 'slice'))).rows).toBe(slice.rows);
  }
  return [footer.rows, rows];
}

const change = fc.record({
  file: fc.nat(NAMES.length - 1),
  /** Counted from the end, where the footer is. */
  places: fc.array(fc.tuple(fc.nat(11_000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
  cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(300)),
});

/** A field of a type that there is not, which was taken for a right one once. */
const ODD_TYPE = { file: 2, places: [[6599, 224] as [number, number]], cut: 0 };

describe('a footer whose bytes were changed', () => {
  it('ends in a named error, or is a right footer', async () => {
    const started = performance.now();
    await fc.assert(
      fc.asyncProperty(change, async ({ file, places, cut }) => {
        const bytes = Buffer.from(files[file]!);
        for (const [place, value] of places)
          bytes[bytes.length - 1 - (place % bytes.length)] = value;
        try {
          const [whole, slices] = await readAll(bytes.subarray(0, bytes.length - cut));
          expect(slices).toBe(whole);
        } catch (error) {
          expect(error).toBeInstanceOf(FanoutError);
          expect((error as Error).message).toMatch(/fuzzed/);
        }
      }),
      { numRuns: RUNS, examples: [[ODD_TYPE]] },
    );
    expect((performance.now() - started) / RUNS).toBeLessThan(200);
  });

  it('is right where nothing was changed', async () => {
    for (const file of files) {
      const [whole, slices] = await readAll(file);
      expect(slices).toBe(whole);
    }
  });
});
