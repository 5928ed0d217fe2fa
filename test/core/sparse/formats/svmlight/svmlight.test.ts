import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, RequestError } from '#core/errors.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { createSvmlight, svmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import { formatInput, readRows, resolveWith } from '#support/read-format.ts';

/** Rows of a text, read with the format's own sizes. */
async function rowsIn(text: string | Uint8Array, options: SourceOptions = {}) {
  return await readRows(await resolveWith(svmlight, text, options));
}

/** One row as a matrix has it: label, and columns counted from 0. */
interface PlainRow {
  readonly label: number;
  readonly entries: readonly (readonly [column: number, value: number])[];
}

const anyRow: fc.Arbitrary<PlainRow> = fc.record({
  label: fc.constantFrom(0, 1, -1, 2.5),
  entries: fc
    .uniqueArray(fc.tuple(fc.nat(30), fc.double()), {
      maxLength: 6,
      selector: ([column]) => column,
    })
    .map((entries) => entries.sort(([a], [b]) => a - b)),
});

/** Ways to write the same rows; each line takes the next one. */
const anySpelling = fc.record({
  base: fc.constantFrom(0, 1),
  number: fc.constantFrom(
    String,
    (value: number) => value.toExponential(16),
    (value: number) => (value < 0 || Object.is(value, -0) ? String(value) : `+${value}`),
  ),
  before: fc.constantFrom('', ' ', '\n', '# 1:2 3\n', ' \t\r\n#\n'),
  between: fc.constantFrom(' ', '  ', '\t', ' \v\f'),
  after: fc.constantFrom('\n', ' \n', '\r\n', ' # 7:8\n', '#\n'),
  query: fc.constantFrom('', 'qid:3', 'qid:x:y'),
});
type Spelling = typeof anySpelling extends fc.Arbitrary<infer T> ? T : never;

/** The spelling of numbers that need one of their own. */
function special(value: number): string | undefined {
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return undefined;
  return value < 0 ? '-Infinity' : 'inf';
}

function spell(rows: readonly PlainRow[], how: Spelling): string {
  const number = (value: number) => special(value) ?? how.number(value);
  const lines = rows.map(({ label, entries }) => {
    const pairs = entries.map(([column, value]) => `${column + how.base}:${number(value)}`);
    const query = how.query === '' ? [] : [how.query];
    return how.before + [String(label), ...query, ...pairs].join(how.between) + how.after;
  });
  return lines.join('');
}

describe('any matrix', () => {
  it('gives the same rows for any spelling, cut and compression', async () => {
    const property = fc.asyncProperty(
      fc.array(anyRow, { maxLength: 12 }),
      anySpelling,
      fc.record({
        segmentBytes: fc.integer({ min: 1, max: 300 }),
        blockBytes: fc.integer({ min: 1, max: 200 }),
        wholeGzipBytes: fc.constantFrom(0, 2 ** 22),
      }),
      fc.boolean(),
      fc.boolean(),
      async (rows, how, sizes, labels, isCompressed) => {
        const text = new TextEncoder().encode(`#\n${spell(rows, how)}`);
        const read = await resolveWith(
          createSvmlight(sizes),
          isCompressed ? gzipSync(text) : text,
          { zeroBased: how.base === 0, labels },
        );
        const highest = Math.max(0, ...rows.flatMap(({ entries }) => entries.map(([c]) => c)));
        const shift = labels ? 1 : 0;
        expect(read.layout.shape).toEqual([rows.length, highest + 1 + shift]);
        expect(await readRows(read)).toEqual(
          rows.map(({ label, entries }) => [
            ...(labels ? [[0, label]] : []),
            ...entries.map(([column, value]) => [column + shift, value]),
          ]),
        );
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});

describe('columns', () => {
  it('are counted from 1 if no index is 0, and from 0 otherwise', async () => {
    expect(await rowsIn('0 1:5\n0 3:6\n')).toEqual([[[0, 5]], [[2, 6]]]);
    expect(await rowsIn('0 1:5\n0 0:7 3:6\n')).toEqual([
      [[1, 5]],
      [
        [0, 7],
        [3, 6],
      ],
    ]);
  });

  it('are counted from the same base in all segments', async () => {
    const text = `${'0 5:1\n'.repeat(10)}0 0:1\n${'0 7:1\n'.repeat(10)}`;
    const { layout, jobs } = await resolveWith(createSvmlight({ segmentBytes: 12 }), text);
    expect(layout.shape).toEqual([21, 8]);
    expect(new Set(jobs.map(({ round }) => round))).toEqual(
      new Set(['scan', 'convert-zero-based']),
    );
  });

  it('are counted as the options say', async () => {
    expect(await rowsIn('0 1:5\n', { zeroBased: true })).toEqual([[[1, 5]]]);
    const refused = rowsIn('0 1:5\n0 0:5\n', { zeroBased: false });
    await expect(refused).rejects.toThrow(
      'x has the line "0 0:5" at byte 6, expected indices from 1 on instead of 0',
    );
  });

  it('have the number in the options, if no entry is beyond it', async () => {
    const shapeOf = async (columns: number, labels = false) =>
      (await resolveWith(svmlight, '0 1:5 4:6\n', { columns, labels })).layout.shape;
    expect(await shapeOf(4)).toEqual([1, 4]);
    expect(await shapeOf(9)).toEqual([1, 9]);
    expect(await shapeOf(4, true)).toEqual([1, 5]);
    await expect(shapeOf(3)).rejects.toThrow(
      new RequestError([
        'columns is 3, but x has entries in column 4; give at least 4, or leave it out',
      ]),
    );
  });

  it('are one if there are no entries, as in scikit-learn', async () => {
    for (const zeroBased of [true, false, undefined]) {
      const { layout } = await resolveWith(svmlight, '1\n2 # 3:4\n', { zeroBased });
      expect(layout).toMatchObject({ shape: [2, 1], nnz: 0, dtype: 'float64' });
    }
  });
});

describe('rows', () => {
  it('may all be missing', async () => {
    for (const text of ['\n', '# nothing\n \n']) {
      const { layout } = await resolveWith(createSvmlight({ segmentBytes: 3 }), text);
      expect(layout).toMatchObject({ shape: [0, 1], nnz: 0 });
    }
    const { layout } = await resolveWith(
      createSvmlight({ segmentBytes: 3 }),
      gzipSync('#\n#\n#\n'),
    );
    expect(layout).toMatchObject({ shape: [0, 1], nnz: 0 });
  });

  it('keep explicit zeros', async () => {
    expect((await resolveWith(svmlight, '1 0:0 1:0 2:3\n')).layout.nnz).toBe(3);
  });

  it('may have no label or several, unless the option labels is set', async () => {
    const text = '1,2 1:5\n1:6 2:7\n';
    expect(await rowsIn(text)).toEqual([
      [[0, 5]],
      [
        [0, 6],
        [1, 7],
      ],
    ]);
    const message = 'x has the line "1,2 1:5" at byte 0, expected one label per line';
    await expect(rowsIn(text, { labels: true })).rejects.toThrow(message);
  });

  it('are staged by the missing jobs of a round only', async () => {
    const format = createSvmlight({ segmentBytes: 6 });
    const input = formatInput(memorySource(Buffer.from('0 1:5\n0 2:5\n0 3:5\n'), 'x'));
    await format.stage?.({ round: 'scan', index: 1 }, input);
    expect(await format.resolve(input)).toEqual({
      jobs: [
        { round: 'scan', index: 0 },
        { round: 'scan', index: 2 },
      ],
    });
    for (const index of [0, 2]) await format.stage?.({ round: 'scan', index }, input);
    await format.stage?.({ round: 'convert-one-based', index: 0 }, input);
    input.staged.objects.delete('csr/000000/data.npy');
    await format.stage?.({ round: 'convert-one-based', index: 2 }, input);
    expect(await format.resolve(input)).toEqual({
      jobs: [
        { round: 'convert-one-based', index: 0 },
        { round: 'convert-one-based', index: 1 },
      ],
    });
  });
});

describe('fails', () => {
  it.each([
    ['indices that do not ascend', '1 2:1 2:1', 'expected indices that ascend strictly, but 2'],
    ['indices that descend', '1 2:1 1:1', 'expected indices that ascend strictly, but 1'],
    ['a negative index', '1 -1:1', 'expected indices from 0 on instead of -1'],
    ['an index that is no integer', '1 1.5:1', 'expected entries of index:value'],
    ['an empty index', '1 :1', 'expected entries of index:value'],
    ['an entry without colon', '1 2', 'expected entries of index:value'],
    ['a blank behind the colon', '1 2: 3', 'expected a number at its byte 4'],
    ['a value that is no number', '1 2:x', 'expected a number at its byte 4'],
    ['a value of two parts', '1 2:3:4', 'expected a number at its byte 4'],
    ['a label that is no number', 'x 2:3', 'expected a number at its byte 0'],
    ['several labels, one no number', '1,,2 2:3', 'expected labels that are numbers'],
    ['qid without colon', '1 qid 2:3', 'expected qid:number'],
    ['qid behind an entry', '1 2:3 qid:4', 'expected entries of index:value'],
    ['bytes that are no text', '\u0000\u0001', 'expected a number at its byte 0'],
  ])('fails for %s', async (_, line, message) => {
    const asked = rowsIn(`0 1:2\n${line}\n`);
    await expect(asked).rejects.toThrow(CorruptSourceError);
    await expect(rowsIn(`0 1:2\n${line}\n`)).rejects.toThrow(message);
  });

  it('fails for indices above int32', async () => {
    for (const index of ['2147483648', '9'.repeat(30), '1_000_000_000_000']) {
      await expect(rowsIn(`1 ${index}:1\n`)).rejects.toThrow(BoundExceededError);
    }
    expect((await resolveWith(svmlight, '1 2147483647:1\n')).layout.shape).toEqual([
      1,
      2 ** 31 - 1,
    ]);
    const zeroBased = rowsIn('1 2147483647:1\n', { zeroBased: true });
    await expect(zeroBased).rejects.toThrow('x has 2147483648 columns, allowed are at most');
  });

  it('fails for a line that is too long', async () => {
    const format = createSvmlight({ maxLineBytes: 1000, blockBytes: 100 });
    const asked = resolveWith(format, `1 ${'1:1 '.repeat(1000)}`);
    await expect(asked).rejects.toThrow(BoundExceededError);
  });

  it('fails for a damaged scan, and for an unknown round', async () => {
    const input = formatInput(memorySource(Buffer.from('0 1:5\n'), 'x'));
    await input.staged.create('scan/000000.json', [Buffer.from('{"segments":[-1]}')]);
    await expect(svmlight.resolve(input)).rejects.toThrow(CorruptSourceError);
    const job = { round: 'gather', index: 0 };
    await expect(svmlight.stage?.(job, input)).rejects.toThrow(RequestError);
  });

  it('fails when its signal is aborted', async () => {
    const input = formatInput(memorySource(Buffer.from('0 1:5\n'), 'x'));
    const signal = AbortSignal.abort(new Error('time is up'));
    for (const round of ['scan', 'convert-one-based']) {
      const staged = svmlight.stage?.({ round, index: 0 }, input, signal);
      await expect(staged).rejects.toThrow('time is up');
    }
  });
});
