import { describe, expect, test } from 'vitest';
import { presetProblems, requestProblems } from '#core/request/preset-problems.ts';

describe('sections that a deployment presets', () => {
  test.each([
    {},
    { output: { compression: 'gzip' } },
    { output: { format: 'parquet' }, limits: { concurrency: 5 } },
    { schema: { a: 'int64' }, output: { format: 'jsonl' } },
    { chunking: { rows: 50 }, dryRun: true },
  ])('are right: %j', (presets) => {
    expect(presetProblems(presets)).toEqual([]);
  });

  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ output: { compresion: 'gzip' } }, /output has unknown keys "compresion"/],
    [{ limits: { concurrency: -5 } }, /limits\.concurrency must be .* got -5/],
    [{ speed: 1 }, /"speed"/],
    [{ schema: { a: 'nothing' } }, /schema\.a/],
    [{ source: 's3://bucket/x.npz' }, /source belongs to each request, leave it out/],
  ])('are refused: %j', (presets, problem) => {
    const problems = presetProblems(presets);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test('fail with every problem', () => {
    const presets = { limits: { concurrency: 0 }, output: { compression: 'zip' } };
    expect(presetProblems(presets)).toHaveLength(2);
  });

  test('do not hide an error that is none of a request', () => {
    const broken = {
      get limits(): never {
        throw new TypeError('broken');
      },
    };
    expect(() => requestProblems({ source: 's3://bucket/x.npz' }, broken)).toThrow(TypeError);
  });
});

describe('a request', () => {
  test('is right that is right for the wing that only its source can say', () => {
    expect(requestProblems({ source: 's3://bucket/folder/' }, {})).toEqual([]);
    const partitioned = { source: 's3://bucket/folder/', output: { partitionBy: ['day'] } };
    expect(requestProblems(partitioned, {})).toEqual([]);
  });

  test('is refused by the wing that it names, else as one of a matrix', () => {
    const table = { source: { uri: 's3://bucket/x.csv', format: 'csv' }, columns: 3 };
    expect(requestProblems(table, {})[0]).toMatch(/columns/);
    expect(requestProblems({ source: 's3://bucket/x.npz', dryRun: 'yes' }, {})).toEqual([
      'dryRun must be true or false, got "yes"',
    ]);
    expect(requestProblems('x', {})).toHaveLength(1);
  });

  test('is read with what the deployment presets', () => {
    const presets = { limits: { concurrency: 5 } };
    const mode = { source: 's3://bucket/x.npz', output: { mode: 'append' } };
    expect(requestProblems(mode, presets)).toHaveLength(1);
    expect(requestProblems(mode, { ...presets, output: { uri: 's3://bucket/all/' } })).toEqual([]);
  });
});
