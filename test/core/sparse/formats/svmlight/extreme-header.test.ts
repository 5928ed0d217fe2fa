import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { createSvmlight, svmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import { readRows, resolveWith } from '#support/read-format.ts';

const TEXT = '3 5 4\n0,2 0:1.5 3:2.0\n1 1:1.0\n 2:4.5\n';
const ROWS = [
  [
    [0, 1.5],
    [3, 2],
  ],
  [[1, 1]],
  [[2, 4.5]],
];

async function read(text: string | Uint8Array, options: SourceOptions = {}, format = svmlight) {
  const found = await resolveWith(format, text, options);
  return { shape: found.layout.shape, rows: await readRows(found) };
}

describe('a file of the Extreme Classification repository', () => {
  it('has the shape of its first line, and columns counted from 0', async () => {
    expect(await read(TEXT)).toEqual({ shape: [3, 5], rows: ROWS });
    expect(await read(gzipSync(TEXT))).toEqual({ shape: [3, 5], rows: ROWS });
    const inSegments = createSvmlight({ segmentBytes: 16, blockBytes: 8 });
    expect(await read(TEXT, {}, inSegments)).toEqual({ shape: [3, 5], rows: ROWS });
  });

  it('counts from 0 also where no entry is in column 0', async () => {
    expect(await read('1 4 2\n1 2:7\n')).toEqual({ shape: [1, 4], rows: [[[2, 7]]] });
  });

  it('obeys the options of the request', async () => {
    const { shape, rows } = await read('1 4 2\n1 2:7\n', { zeroBased: false, columns: 9 });
    expect(shape).toEqual([1, 9]);
    expect(rows).toEqual([[[1, 7]]]);
    expect((await read('1 4 2\n1 2:7\n', { labels: true })).rows).toEqual([
      [
        [0, 1],
        [3, 7],
      ],
    ]);
  });

  it('may have no entries', async () => {
    expect(await read('2 3 1\n0\n0\n', { format: 'svmlight' })).toEqual({
      shape: [2, 3],
      rows: [[], []],
    });
  });

  it.each([
    ['more rows', '2 5 4\n1 1:1\n1 1:1\n1 1:1\n', 'says in its first line 2 rows'],
    ['fewer rows', '4 5 4\n1 1:1\n', '4 rows and 5 features, but has 1 rows'],
    ['more features', '1 3 4\n1 3:1\n', 'but has 1 rows and needs 4 features; mend the line'],
  ])('fails where it has %s than its first line says', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(CorruptSourceError);
    await expect(read(text)).rejects.toThrow(message);
  });

  it.each([
    ['three numbers that are not whole', '1 2 3.5\n'],
    ['two numbers', '1 2\n1 1:1\n'],
    ['nothing', ''],
  ])('is not taken for one that begins with %s', async (_, text) => {
    const reading = resolveWith(svmlight, text, { format: 'svmlight' });
    if (text === '') expect((await reading).layout.shape).toEqual([0, 1]);
    else await expect(reading).rejects.toThrow('expected entries of index:value');
  });
});
