import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { createMtx, mtx } from '#core/sparse/formats/mtx/mtx.ts';
import type { Entry } from '#support/csr-arbitrary.ts';
import { formatInput, readRows, resolveWith } from '#support/read-format.ts';

const REAL = '%%MatrixMarket matrix coordinate real general\n';
const INTEGER = '%%MatrixMarket matrix coordinate integer general\n';

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
    expect(await format.resolve(input)).toEqual({ jobs: [{ round: 'count', index: 1 }] });
    await format.stage?.({ round: 'count', index: 1 }, input);
    expect(await format.resolve(input)).toEqual({ jobs: [{ round: 'whole', index: 0 }] });
  });
});

describe('fails', () => {
  it.each([
    ['row 0', '0 1 2', 'a row from 1 to 3'],
    ['a row beyond the last', '4 1 2', 'a row from 1 to 3'],
    ['a column beyond the last', '1 4 2', 'a column from 1 to 3'],
    ['a negative row', '-1 1 2', 'a row from 1 to 3'],
    ['a signed row', '+1 1 2', 'a row from 1 to 3'],
    ['a row that is no integer', '1.0 1 2', 'a row from 1 to 3'],
    ['a row far beyond 64 bits', `${'9'.repeat(50)} 1 2`, 'a row from 1 to 3'],
    ['a missing column', '1', 'a column from 1 to 3'],
    ['a missing value', '1 1', 'a number at its byte 3'],
    ['a value without blank before it', '1 1-2', 'a column from 1 to 3'],
    ['a value that is no number', '1 1 x', 'a number at its byte 4'],
    ['a signed value', '1 1 +2', 'a number at its byte 4'],
    ['a grouped value', '1 1 1_0', 'a number at its byte 4'],
    ['a value in Fortran spelling', '1 1 1d5', 'a number at its byte 4'],
    ['something behind the value', '1 1 2 3', 'nothing more in this line'],
    ['a comment', '% more', 'a row from 1 to 3'],
    ['bytes that are no text', '\u0000', 'a row from 1 to 3'],
  ])('fails for %s', async (_, line, expected) => {
    const asked = rowsIn(`${REAL}3 3 1\n${line}\n\n\n`);
    await expect(asked).rejects.toThrow(CorruptSourceError);
    await expect(asked).rejects.toThrow(
      `x has the line ${JSON.stringify(line)} at byte 52, expected ${expected}`,
    );
  });

  it.each([
    ['a fraction', '2.5', 'an integer'],
    ['an exponent', '1e3', 'an integer'],
    ['a sign alone', '-', 'an integer'],
    ['what is above int64', '9223372036854775808', 'int64 from'],
    ['what is below int64', '-9223372036854775809', 'int64 from'],
  ])(
    'fails for %s in an integer matrix, which would lose something',
    async (_, value, expected) => {
      await expect(rowsIn(`${INTEGER}3 3 1\n1 1 ${value}\n`)).rejects.toThrow(
        `expected ${expected}`,
      );
    },
  );

  it('fails for numbers outside uint64', async () => {
    const text = '%%MatrixMarket matrix coordinate unsigned-integer general\n3 3 1\n1 1 ';
    for (const value of ['-1', '18446744073709551616']) {
      await expect(rowsIn(`${text}${value}\n`)).rejects.toThrow('expected uint64 from 0 to 184');
    }
  });

  it('fails if the number of entries is not that of the header, in one segment or several', async () => {
    const body = '1 1 1\n2 2 2\n';
    for (const format of [mtx, createMtx({ segmentBytes: 55 })]) {
      for (const compress of [Buffer.from, gzipSync]) {
        const few = resolveWith(format, compress(`${REAL}3 3 3\n${body}`));
        await expect(few).rejects.toThrow('announces 3 entries, but holds only 2; it is damaged');
        const many = resolveWith(format, compress(`${REAL}3 3 1\n${body}`));
        await expect(many).rejects.toThrow('announces 1 entries, but holds more; it is damaged');
      }
    }
  });

  it('fails for more entries than the bytes can have, before anything is read', async () => {
    for (const compress of [Buffer.from, gzipSync]) {
      const asked = resolveWith(mtx, compress(`${REAL}3 3 9007199254740991\n1 1 1\n`));
      await expect(asked).rejects.toThrow('announces 9007199254740991 entries, but has at most');
    }
    expect(await rowsIn(`${REAL.replace('real', 'pattern')}1 1 1\n1 1`)).toEqual([[[0, 1]]]);
  });

  it('fails for a shape that is too large for the entries', async () => {
    for (const shape of ['9007199254740990 3 1', '3 3000000000 1']) {
      await expect(rowsIn(`${REAL}${shape}\n1 1 1\n`)).rejects.toThrow(BoundExceededError);
    }
  });

  it.each([
    '3 3',
    '3 3 1 1',
    '-3 3 1',
    '3.0 3 1',
    'a b c',
    '3 3 1x',
    '9007199254740992 3 1',
    '1e3 3 1',
  ])('fails for the sizes %j', async (sizes) => {
    const asked = rowsIn(`${REAL}${sizes}\n1 1 1\n`);
    await expect(asked).rejects.toThrow(CorruptSourceError);
    await expect(asked).rejects.toThrow(`has the line ${JSON.stringify(sizes)} before its entries`);
  });

  it('fails for a symmetric matrix with more columns than rows', async () => {
    const asked = rowsIn('%%MatrixMarket matrix coordinate real symmetric\n3 4 1\n1 1 1\n');
    await expect(asked).rejects.toThrow('x is symmetric, but has 3 rows and 4 columns');
  });

  it.each([
    ['array real general', 'coo_matrix(scipy.io.mmread(path))'],
    ['coordinate complex general', 'scipy.io.mmread(path).real'],
    ['coordinate complex hermitian', 'scipy.io.mmread(path).real'],
    ['coordinate unsigned-integer skew-symmetric', 'scipy.io.mmwrite(path, matrix)'],
    ['coordinate real', 'scipy.io.mmwrite(path, matrix)'],
    ['coordinate text general', 'scipy.io.mmwrite(path, matrix)'],
    ['%%MatrixMarketmatrix coordinate real general', 'scipy.io.mmwrite(path, matrix)'],
    [' %%MatrixMarket matrix coordinate real general', 'scipy.io.mmwrite(path, matrix)'],
  ])('fails for a matrix that is %s, with the line of Python that helps', async (words, fix) => {
    const banner = words.includes('%%') ? words : `%%MatrixMarket matrix ${words}`;
    const asked = rowsIn(`${banner}\n2 2 1\n1 1 1\n`);
    await expect(asked).rejects.toThrow(UnsupportedSourceError);
    await expect(asked).rejects.toThrow(fix);
    await expect(rowsIn('%%MatrixMarket vector coordinate real general\n2 1\n')).rejects.toThrow(
      UnsupportedSourceError,
    );
  });

  it('fails if the header ends too soon', async () => {
    for (const text of ['%%MatrixMarket', REAL, `${REAL}%\n%\n`]) {
      const opening = mtx.resolve(formatInput(memorySource(Buffer.from(text), 'x')));
      await expect(opening).rejects.toThrow(/ends before the numbers|begins with/);
    }
  });

  it('fails if the comments do not end', async () => {
    const comments = `${'%'.padEnd(1023, 'x')}\n`.repeat(1100);
    for (const compress of [Buffer.from, gzipSync]) {
      const asked = resolveWith(mtx, compress(`${REAL}${comments}3 3 1\n1 1 1\n`));
      await expect(asked).rejects.toThrow(BoundExceededError);
    }
  });

  it('fails when its signal is aborted', async () => {
    const input = formatInput(memorySource(Buffer.from(`${REAL}3 3 1\n1 1 1\n`), 'x'));
    const signal = AbortSignal.abort(new Error('time is up'));
    for (const round of ['count', 'whole']) {
      const staged = mtx.stage?.({ round, index: 0 }, input, signal);
      await expect(staged).rejects.toThrow('time is up');
    }
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
