import { describe, expect, test } from 'vitest';
import { BoundExceededError, CorruptSourceError, RequestError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';
import { CONVERSION_BOUNDS } from '#core/sparse/stage/conversion-bounds.ts';
import { resolveConversion, stageConversion } from '#core/sparse/stage/convert.ts';
import { entrySource, SAMPLE } from './plain-entries.ts';
import { runConversion, TINY } from './run-conversion.ts';

describe('conversion refuses', () => {
  test.each([
    ['a row past the last', [12, 0], 'row 12, column 0 (entry 2 of segment 0)'],
    ['a negative row', [-1, 0], 'row -1, column 0'],
    ['a column past the last', [0, 3], 'row 0, column 3'],
    ['a negative column', [0, -5], 'row 0, column -5'],
    ['a row beyond 2^53', [2 ** 60, 0], 'row 1152921504606847000'],
  ])('%s', async (_, [row, column], message) => {
    const rows = SAMPLE.rows.with(2, row!);
    const columns = SAMPLE.columns.with(2, column!);
    for (const isWide of Math.abs(row!) > 100 ? [true] : [true, false]) {
      const source = entrySource({ ...SAMPLE, rows, columns, isWide });
      for (const bounds of [CONVERSION_BOUNDS, TINY]) {
        const converted = runConversion(source, memoryStageStore(), bounds);
        await expect(converted).rejects.toThrow(CorruptSourceError);
        await expect(converted).rejects.toThrow(message);
      }
    }
  });

  test.each([
    ['a negative shape', { shape: [-1, 3] }, CorruptSourceError, 'shape -1 × 3'],
    ['too many columns', { shape: [3, 2 ** 31] }, BoundExceededError, '2147483648 columns'],
    [
      'rows out of proportion to the entries',
      { shape: [2 ** 27 + 8 * 16 * 24 + 1, 3] },
      BoundExceededError,
      'has 134220801 rows for at most 24 entries, allowed are 134220800',
    ],
    [
      'rows of more than 10,000 parts',
      { shape: [2 ** 36, 3], maxEntries: 2 ** 40 },
      BoundExceededError,
      'allowed are 41943040000',
    ],
    ['too many segments', { segments: 10_001 }, BoundExceededError, '10001 segments'],
  ])('%s', async (_, change, error, message) => {
    const source = { ...entrySource(SAMPLE), ...(change as object) };
    const resolved = resolveConversion(source, memoryStageStore());
    await expect(resolved).rejects.toThrow(error);
    await expect(resolved).rejects.toThrow(message);
  });

  test('more parts than allowed', async () => {
    const bounds = { ...TINY, maxTasks: 5 };
    const converted = runConversion(entrySource(SAMPLE), memoryStageStore(), bounds);
    await expect(converted).rejects.toThrow(BoundExceededError);
    await expect(converted).rejects.toThrow('more than 5 parts');
  });

  test('a row that no writer could read', async () => {
    const batch = 2 ** 20;
    const batches = Math.ceil(MAX_ROW_BYTES / 5 / batch) + 1;
    const entries = {
      ...entrySource({ ...SAMPLE, dtype: 'int8' as const }),
      maxEntries: batches * batch,
      segments: 1,
      async *readSegment() {
        const rows = new Int32Array(batch).fill(3);
        const columns = new Int32Array(batch);
        for (let i = 0; i < batches; i++) yield { rows, columns, data: new Int8Array(batch) };
      },
    };
    const bounds = { ...CONVERSION_BOUNDS, sortBytes: 2 ** 40 };
    const converted = runConversion(entries, memoryStageStore(), bounds);
    await expect(converted).rejects.toThrow(BoundExceededError);
    await expect(converted).rejects.toThrow(/^row 3 of list takes \d+ bytes/);
  });

  test('a job of an unknown round', async () => {
    const job = stageConversion(entrySource(SAMPLE), memoryStageStore(), { round: 'x', index: 0 });
    await expect(job).rejects.toThrow(RequestError);
  });

  test.each([
    ['scatter', 'buckets.bin'],
    ['gather', 'scatter/000001.bin'],
    ['buckets', 'scan/000002.bin'],
  ])('to %s when %s was taken away', async (round, name) => {
    const staged = memoryStageStore();
    await runConversion(entrySource(SAMPLE), staged, TINY);
    staged.objects.delete(name);
    const job = stageConversion(entrySource(SAMPLE), staged, { round, index: 0 }, TINY);
    await expect(job).rejects.toThrow(CorruptSourceError);
    await expect(job).rejects.toThrow('start the export again');
  });
});
