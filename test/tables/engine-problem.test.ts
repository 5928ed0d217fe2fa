import { EngineError } from '@sparse-fanout/engine';
import { expect, it } from 'vitest';
import { engineProblem } from '#tables/engine-problem.ts';
import type { TableSlice } from '#tables/table-slice.ts';

const slice = {
  format: 'parquet',
  parts: [{ source: { uri: 's3://raw/a.parquet' } }],
  sources: [],
} as unknown as TableSlice;

it.each([
  ['IO Error: Cannot open file "rows-0": Too many open files', 'ServiceUnavailableError'],
  ['IO Error: Snappy decompression failure', 'CorruptSourceError'],
])('%s is a %s', (message, name) => {
  expect(engineProblem(slice, new EngineError('other', message))).toMatchObject({ name });
});

it('leaves what is none of the engine', () => {
  const error = new Error('other');
  expect(engineProblem(slice, error)).toBe(error);
});
