import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { createMtx, mtx } from '#core/sparse/formats/mtx/mtx.ts';
import type { Entry } from '#support/csr-arbitrary.ts';
import { formatInput, readRows, resolveWith } from '#support/read-format.ts';

const REAL = '%%MatrixMarket matrix coordinate real general\n';

async function rowsIn(text: string | Uint8Array): Promise<Entry[][]> {
  return await readRows(await resolveWith(mtx, text));
}

type Field = 'real' | 'integer' | 'unsigned-integer' | 'pattern';
type Symmetry = 'general' | 'symmetric' | 'skew-symmetric';
type Line = readonly [row: number, column: number, value: number | bigint];

const VALUES: Readonly<Record<Field, fc.Arbitrary<number | bigint>>> = {
  real: fc.double({ noNaN: true }),
  integer: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt(-9n, 9n)),
  'unsigned-integer': fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt(0n, 9n)),
  pattern: fc.constant(1),
};

const SIZE = 9;

/** What `scipy.io.mmread(path).tocsr()` holds, the slow and plain way; one entry a cell. */
function expectedRows(lines: readonly Line[], field: Field, symmetry: Symmetry): Entry[][] {
  const rows = Array.from({ length: SIZE }, () => new Map<number, number | bigint>());
  const negated = (value: number | bigint) =>
    typeof value === 'bigint' ? BigInt.asIntN(64, -value) : -value;
  for (const [row, column, value] of lines) {
    rows[row]?.set(column, value);
    if (symmetry === 'symmetric') rows[column]?.set(row, value);
    if (symmetry === 'skew-symmetric' && row !== column) rows[column]?.set(row, negated(value));
  }
  expect(field).toBeDefined();
  return rows.map((cells) => [...cells].sort(([a], [b]) => a - b));
}

describe('any matrix', () => {
  const anySpelling = fc.record({
    banner: fc.constantFrom('%%MatrixMarket', '%MatrixMarket', '%%matrixmarket'),
    isUpper: fc.boolean(),
    comments: fc.constantFrom('', '%\n', '% a\n%b\n\n', '  % c\r\n'),
    end: fc.constantFrom('\n', '\r\n', ' \n', '\n\n', '\t\n \n'),
    between: fc.constantFrom(' ', '  ', '\t'),
    before: fc.constantFrom('', ' '),
    hasLastEnd: fc.boolean(),
  });
  const fields: readonly Field[] = ['real', 'integer', 'unsigned-integer', 'pattern'];
  const symmetries: readonly Symmetry[] = ['general', 'symmetric', 'skew-symmetric'];
  const kinds = fields
    .flatMap((field) => symmetries.map((symmetry) => ({ field, symmetry })))
    .filter(({ field, symmetry }) => field !== 'unsigned-integer' || symmetry !== 'skew-symmetric');

  it.each(kinds)(
    'that is $field and $symmetry gives its rows however it is spelled and cut',
    async (kind) => {
      const { field, symmetry } = kind;
      const anyLine = fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1), VALUES[field]);
      const anyLines = fc.uniqueArray(anyLine, {
        maxLength: 20,
        selector: ([row, column]) =>
          symmetry === 'general' || row > column ? `${row} ${column}` : `${column} ${row}`,
      });
      const property = fc.asyncProperty(
        anyLines,
        anySpelling,
        fc.record({
          segmentBytes: fc.integer({ min: 1, max: 300 }),
          blockBytes: fc.integer({ min: 1, max: 200 }),
          wholeGzipBytes: fc.constantFrom(0, 2 ** 22),
        }),
        fc.boolean(),
        async (lines, how, sizes, isCompressed) => {
          const spell = (value: number | bigint) =>
            Object.is(value, -0) ? '-0.0' : String(value).replace('Infinity', 'inf');
          const words = `matrix coordinate ${field} ${symmetry}`;
          const banner = `${how.banner} ${how.isUpper ? words.toUpperCase() : words}`;
          const body = lines.map(([row, column, value]) => {
            const tokens = [row + 1, column + 1, ...(field === 'pattern' ? [] : [spell(value)])];
            return how.before + tokens.join(how.between) + how.end;
          });
          const text = [`${banner}\n`, how.comments, `${SIZE} ${SIZE} ${lines.length}\n`, ...body];
          const bytes = new TextEncoder().encode(text.join(''));
          const cut = how.hasLastEnd ? bytes : bytes.subarray(0, bytes.length - how.end.length);
          const whole = lines.length === 0 ? bytes : cut;
          const read = await resolveWith(createMtx(sizes), isCompressed ? gzipSync(whole) : whole);
          const dtype = { real: 'float64', pattern: 'float64', integer: 'int64' } as const;
          expect(read.layout).toMatchObject({
            format: 'mtx',
            shape: [SIZE, SIZE],
            dtype: field === 'unsigned-integer' ? 'uint64' : dtype[field],
          });
          expect(await readRows(read)).toEqual(expectedRows(lines, field, symmetry));
        },
      );
      await fc.assert(property, { numRuns: 25 });
    },
  );
});

describe('entries', () => {
  it('are summed if they have the same cell', async () => {
    expect(await rowsIn(`${REAL}2 2 3\n1 1 0.1\n1 1 0.2\n2 1 5\n`)).toEqual([
      [[0, 0.1 + 0.2]],
      [[0, 5]],
    ]);
  });

  it('are there once, with their sign, on the diagonal', async () => {
    const text = '%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 2\n1 1 7\n2 1 3\n';
    expect(await rowsIn(text)).toEqual([
      [
        [0, 7n],
        [1, -3n],
      ],
      [[0, 3n]],
    ]);
  });

  it('are those of a symmetric matrix in a hermitian one without imaginary parts', async () => {
    const text = '%%MatrixMarket matrix coordinate real hermitian\n2 2 1\n2 1 3\n';
    expect(await rowsIn(text)).toEqual([[[1, 3]], [[0, 3]]]);
  });

  it('may be numbers as SciPy reads them', async () => {
    const numbers = [
      'nan',
      '-NaN',
      'inf',
      '-inf',
      'Infinity',
      '1.',
      '.5',
      '-.5E+1',
      '1e400',
      '5e-324',
    ];
    const lines = numbers.map((number, i) => `1 ${i + 1} ${number}\n`);
    const [row = []] = await rowsIn(`${REAL}1 10 10\n${lines.join('')}`);
    expect(row.map(([, value]) => value)).toEqual([
      ...[Number.NaN, Number.NaN, Infinity, -Infinity, Infinity, 1, 0.5, -5, Infinity, 5e-324],
    ]);
  });

  it('come in several batches if they are many', async () => {
    const count = 70_000;
    const lines = Array.from({ length: count }, (_, i) => `${1 + (i % 1000)} 1 ${i}\n`);
    const text = `%%MatrixMarket matrix coordinate integer symmetric\n1000 1000 ${count}\n`;
    const rows = await rowsIn(text + lines.join(''));
    const sumOf = (row: number) =>
      BigInt(Array.from({ length: 70 }, (_, k) => row + 1000 * k).reduce((a, b) => a + b));
    expect(rows[999]).toEqual([[0, sumOf(999)]]);
    expect(rows[0]?.length).toBe(1000);
    expect(rows[0]?.at(-1)).toEqual([999, sumOf(999)]);
  });

  it('may be missing', async () => {
    const { layout } = await resolveWith(mtx, `${REAL}0 3 0\n`);
    expect(layout).toMatchObject({ shape: [0, 3], nnz: 0 });
    expect(await rowsIn(`${REAL}2 0 0`)).toEqual([[], []]);
  });

  it('are counted first in several segments, by the missing jobs', async () => {
    const format = createMtx({ segmentBytes: 60 });
    const input = formatInput(
      memorySource(Buffer.from(`${REAL}9 9 4\n1 1 1\n2 2 2\n3 3 3\n4 4 4\n`), 'x'),
    );
    await format.stage?.({ round: 'count', index: 0 }, input);
    expect(await format.resolve(input)).toEqual({
      jobs: [{ round: 'count', index: 1 }],
      shape: [9, 9],
      stored: { dtype: 'float64', entries: 4 },
    });
    await format.stage?.({ round: 'count', index: 1 }, input);
    expect(await format.resolve(input)).toEqual({
      jobs: [{ round: 'whole', index: 0 }],
      shape: [9, 9],
      stored: { dtype: 'float64', entries: 4 },
    });
  });
});

describe('a head', () => {
  it.each(['%%MatrixMarket matrix', '%MatrixMarket matrix', '%%matrixmarket\tmatrix'])(
    'is known by %j',
    (text) => {
      expect(mtx.matches(Buffer.from(text))).toBe(true);
      expect(mtx.matches(gzipSync(text))).toBe(true);
    },
  );

  it.each(['', '%%MatrixMarkets', 'MatrixMarket ', '% MatrixMarket ', '1 1 1'])(
    'is not known by %j',
    (text) => {
      expect(mtx.matches(Buffer.from(text))).toBe(false);
    },
  );
});

it('reads a banner behind blanks and blank lines, and indented comments', async () => {
  const text =
    '\n  \n \t%%MatrixMarket matrix coordinate real general\n  % note\n\n2 3 1\n1 2 0.5\n';
  const { matrix } = await resolveWith(mtx, text);
  expect(matrix.shape).toEqual([2, 3]);
  expect(mtx.matches(new TextEncoder().encode(text))).toBe(true);
});
