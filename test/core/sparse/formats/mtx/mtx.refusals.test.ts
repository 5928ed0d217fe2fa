import { gzipSync } from 'node:zlib';
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
    [
      'a value in Fortran spelling',
      '1 1 1d5',
      'a number at its byte 4; an exponent of Fortran (D)',
    ],
    [
      'a double of Fortran',
      '1 1 -1.0D+00',
      'a number at its byte 4; an exponent of Fortran (D) is not read; write E: sed',
    ],
    ['a word with a d', '1 1 1d', 'a number at its byte 4'],
    ['something behind the value', '1 1 2 3', 'nothing more in this line'],
    ['a comment', '% more', 'a row from 1 to 3'],
    ['bytes that are no text', '\u0000', 'a row from 1 to 3'],
  ])('for %s', async (_, line, expected) => {
    const asked = rowsIn(`${REAL}3 3 1\n${line}\n\n\n`);
    await expect(asked).rejects.toThrow(CorruptSourceError);
    await expect(asked).rejects.toThrow(
      `x has the line ${JSON.stringify(line)} at byte 52, expected ${expected}`,
    );
  });

  it.each([
    ['a fraction', '2.5', 'an integer, because its banner says integer; change that to real'],
    ['an exponent', '1e3', 'an integer, because its banner says integer; change that to real'],
    ['a sign alone', '-', 'an integer'],
    ['what is above int64', '9223372036854775808', 'int64 from'],
    ['what is below int64', '-9223372036854775809', 'int64 from'],
  ])('for %s in an integer matrix, as it would lose something', async (_, value, expected) => {
    await expect(rowsIn(`${INTEGER}3 3 1\n1 1 ${value}\n`)).rejects.toThrow(`expected ${expected}`);
  });

  it('for what is outside uint64', async () => {
    const text = '%%MatrixMarket matrix coordinate unsigned-integer general\n3 3 1\n1 1 ';
    for (const value of ['-1', '18446744073709551616']) {
      await expect(rowsIn(`${text}${value}\n`)).rejects.toThrow('expected uint64 from 0 to 184');
    }
  });

  it('where more or fewer entries are found than announced, in one segment or several', async () => {
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

  it('for more entries than the bytes could hold, before anything is read', async () => {
    for (const compress of [Buffer.from, gzipSync]) {
      const asked = resolveWith(mtx, compress(`${REAL}3 3 9007199254740991\n1 1 1\n`));
      await expect(asked).rejects.toThrow('announces 9007199254740991 entries, but has at most');
    }
    expect(await rowsIn(`${REAL.replace('real', 'pattern')}1 1 1\n1 1`)).toEqual([[[0, 1]]]);
  });

  it('for a shape out of all proportion', async () => {
    for (const shape of ['9007199254740990 3 1', '3 3000000000 1']) {
      await expect(rowsIn(`${REAL}${shape}\n1 1 1\n`)).rejects.toThrow(BoundExceededError);
    }
  });

  it.each([
    ['general', '1 entries, allowed are 134217856'],
    ['symmetric', '2 entries, allowed are 134217984'],
    ['skew-symmetric', '2 entries, allowed are 134217984'],
  ])(
    'for too many rows for the entries that the lines of a %s one may give',
    async (words, found) => {
      const text = `${REAL.replace('general', words)}2000000000 2000000000 1\n2 1 1\n`;
      await expect(rowsIn(text)).rejects.toThrow(`x has 2000000000 rows for at most ${found}; `);
    },
  );

  it.each([
    '3 3',
    '3 3 1 1',
    '-3 3 1',
    '3.0 3 1',
    'a b c',
    '3 3 1x',
    '9007199254740992 3 1',
    '1e3 3 1',
  ])('for the sizes %j', async (sizes) => {
    const asked = rowsIn(`${REAL}${sizes}\n1 1 1\n`);
    await expect(asked).rejects.toThrow(CorruptSourceError);
    await expect(asked).rejects.toThrow(`has the line ${JSON.stringify(sizes)} before its entries`);
  });

  it('for symmetry without as many rows as columns', async () => {
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
  ])('for a matrix that is %s, with the line of Python that helps', async (words, fix) => {
    const banner = words.includes('%%') ? words : `%%MatrixMarket matrix ${words}`;
    const asked = rowsIn(`${banner}\n2 2 1\n1 1 1\n`);
    await expect(asked).rejects.toThrow(UnsupportedSourceError);
    await expect(asked).rejects.toThrow(fix);
    await expect(rowsIn('%%MatrixMarket vector coordinate real general\n2 1\n')).rejects.toThrow(
      UnsupportedSourceError,
    );
  });

  it('where the header ends too soon', async () => {
    for (const text of ['%%MatrixMarket', REAL, `${REAL}%\n%\n`]) {
      const opening = mtx.resolve(formatInput(memorySource(Buffer.from(text), 'x')));
      await expect(opening).rejects.toThrow(/ends before the numbers|begins with/);
    }
  });

  it('where comments do not end', async () => {
    const comments = `${'%'.padEnd(1023, 'x')}\n`.repeat(1100);
    for (const compress of [Buffer.from, gzipSync]) {
      const asked = resolveWith(mtx, compress(`${REAL}${comments}3 3 1\n1 1 1\n`));
      await expect(asked).rejects.toThrow(BoundExceededError);
    }
  });

  it('when it is aborted', async () => {
    const input = formatInput(memorySource(Buffer.from(`${REAL}3 3 1\n1 1 1\n`), 'x'));
    const signal = AbortSignal.abort(new Error('time is up'));
    for (const round of ['count', 'whole']) {
      const staged = mtx.stage?.({ round, index: 0 }, input, signal);
      await expect(staged).rejects.toThrow('time is up');
    }
  });
});
