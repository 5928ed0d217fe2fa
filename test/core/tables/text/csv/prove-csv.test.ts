import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { type CsvSlice, proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { piecesOf } from '#test/core/tables/text/pieces-of.ts';
import { csvTexts, PLAIN } from './arbitrary-csv.ts';
import { readNaively } from './naive-csv.ts';

const SLICE: CsvSlice = {
  uri: 's3://b/a.csv',
  start: 100,
  isLast: true,
  format: PLAIN,
  columns: 2,
};

async function prove(text: string | Uint8Array, slice: Partial<CsvSlice> = {}, pieceBytes = 7) {
  const written: Uint8Array[] = [];
  const proof = await proveCsv(
    { ...SLICE, ...slice },
    piecesOf(Buffer.from(text), pieceBytes),
    (bytes) => void written.push(bytes.slice()),
  );
  return { ...proof, text: Buffer.concat(written).toString() };
}

async function refusal(...args: Parameters<typeof prove>): Promise<string> {
  const error = await prove(...args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CorruptSourceError);
  return (error as CorruptSourceError).message;
}

describe('proveCsv', () => {
  it('writes records of one form, whatever line ends and pieces the text has', async () => {
    const text = '1,a\r\n\r\n2,"b\r\n""c"\n\n3,é';
    const counts = { records: 3, bytes: 23, longestRecord: 10, plain: [] };
    const expected = { ...counts, text: '1,a\n2,"b\r\n""c"\n3,é\n' };
    expect(await prove(text)).toEqual(expected);
    expect(await prove(text, {}, 1)).toEqual(expected);
    expect(await prove('')).toEqual({
      ...{ records: 0, bytes: 0, longestRecord: 0, plain: [], text: '' },
    });
  });

  it('says for which columns every field is plain', async () => {
    const forms = [{ kind: 'whole', digits: 2 }, undefined, { kind: 'boolean' }] as const;
    const slice = { columns: 3, forms };
    const text = '1,a,true\n12,b,yes\n';
    expect((await prove(text, slice)).plain).toEqual([true, false, false]);
    expect((await prove(`${text}123,,\n`, slice)).plain).toEqual([false, false, false]);
  });

  it('says how much of what it writes belongs to a record that goes on', async () => {
    const open: (readonly [string, number])[] = [];
    const pieces = piecesOf(
      Buffer.from(`1,${'x'.repeat(61)}\r\n2,${'y'.repeat(61)}\n3,${'z'.repeat(70)}`),
      64,
    );
    await proveCsv(SLICE, pieces, (bytes, openBytes) => {
      open.push([Buffer.from(bytes).toString().slice(-3), openBytes]);
    });
    expect(open).toEqual([
      ['xxx', 63],
      ['yyy', 63],
      ['zzz', 63],
      ['', 63],
      ['zz\n', 0],
    ]);
  });

  it('keeps a blank line of a single column: a record of one empty field', async () => {
    const slice = { columns: 1 };
    expect(await prove('a\n\nb\n\n', slice)).toMatchObject({ records: 4, text: 'a\n\nb\n\n' });
  });

  it('reports where records begin, of the densest text too', async () => {
    const find = async (text: string, slice: Partial<CsvSlice>, pieceBytes: number) => {
      const found: number[] = [];
      const onStarts = (starts: Float64Array) => void found.push(...starts);
      await prove(text, { ...slice, onStarts }, pieceBytes);
      return found;
    };
    const text = '1,a\r\n\r\n2,"b\r\n""c"\n\n3,é';
    for (const size of [1, 7, 1000]) expect(await find(text, {}, size)).toEqual([0, 7, 19]);
    const dense = await find('\n'.repeat(200_000), { columns: 1 }, 150_000);
    expect(dense).toEqual(Array.from({ length: 200_000 }, (_, record) => record));
  });

  it('takes pieces of several megabytes', async () => {
    const text = 'one,"two"\n'.repeat(400_000);
    const whole = await prove(text, {}, 3_000_000);
    expect(whole.records).toBe(400_000);
    expect(whole.text === text).toBe(true);
  });

  it('joins slices that end at records to the whole', async () => {
    await fc.assert(
      fc.asyncProperty(csvTexts(3), fc.nat(), fc.nat(), async (text, cut, pieceBytes) => {
        const latin = Buffer.from(text).toString('latin1');
        const whole = readNaively(latin, { format: PLAIN, columns: 3 });
        if ('fault' in whole || whole.records === 0) return;
        const at = whole.starts[cut % whole.records]!;
        const bytes = Buffer.from(text);
        const size = 1 + (pieceBytes % 100);
        const first = await prove(bytes.subarray(0, at), { columns: 3, isLast: false }, size);
        const second = await prove(bytes.subarray(at), { columns: 3, start: at }, size);
        expect(first.records + second.records).toBe(whole.records);
        expect(Buffer.from(first.text + second.text).toString('latin1')).toBe(whole.text);
      }),
    );
  });

  it('names the object, the byte and the record of a fault, and what to do', async () => {
    expect(await refusal('1,2\n3,4,5\n')).toBe(
      's3://b/a.csv has at byte 104 3 fields, expected 2; give each record as many fields as there are columns (record 2 from byte 100 on, which begins at byte 104)',
    );
    expect(await refusal('1,2\n3\n')).toContain('at byte 104 1 fields, expected 2');
    expect(await refusal('1,2\n3,"4"5\n')).toContain('at byte 109 text behind a closing quote');
    expect(await refusal('1,2\n3,5"\n')).toContain('at byte 107 a quote within an unquoted');
    expect(await refusal('1,2\r3,4\r')).toContain('at byte 104 a carriage return without');
    expect(await refusal('1,2\r')).toContain('at byte 104 a carriage return without');
    expect(await refusal('1,2\0\n')).toContain('at byte 103 a NUL byte');
    const format = { ...PLAIN, quotedNewlines: false };
    expect(await refusal('1,"\n"\n', { format })).toContain('at byte 103 a newline within');
  });

  it('names the quote that is not closed', async () => {
    for (const pieceBytes of [7, 1000]) {
      const text = `1,"a"\n${'2,"b"\n'.repeat(30)}3,"${'c,\n'.repeat(100)}`;
      const message = await refusal(text, {}, pieceBytes);
      expect(message).toContain('a quoted field that begins at byte 288 and does not end');
    }
  });

  it('names the byte that is no UTF-8, unless another fault comes first', async () => {
    const bad = Buffer.from('1,a\n2,\xff\n', 'latin1');
    for (const pieceBytes of [1, 6, 7, 100]) {
      expect(await refusal(bad, {}, pieceBytes)).toContain('at byte 106 a byte that is no UTF-8');
    }
    const worse = Buffer.from('1\n2,\xff\n', 'latin1');
    expect(await refusal(worse, {}, 100)).toContain('at byte 100 1 fields');
    expect(await refusal(Buffer.from('1,\xc3', 'latin1'))).toContain(
      'at byte 102 a byte that is no',
    );
    const seam = Buffer.from('1,abcd\xc3\n2,3\n', 'latin1');
    expect(await refusal(seam)).toContain('at byte 106 a byte that is no UTF-8');
  });

  it('bounds a record', async () => {
    const text = `1,2\n3,${'x'.repeat(200)}\n`;
    await expect(prove(text, { maxRecordBytes: 100 })).rejects.toThrow(BoundExceededError);
    await expect(prove(text, { maxRecordBytes: 100 })).rejects.toThrow(
      'at byte 104 more than 100 bytes, the most that a record may have',
    );
    await expect(prove(`1,${'x'.repeat(5_000_000)}\n`, {}, 100_000)).rejects.toThrow(
      'more than 4194304 bytes',
    );
  });

  it('refuses a slice whose end is no end of a record: a cut that was not true', async () => {
    const slice = { isLast: false };
    expect(await refusal('1,"a\n', slice)).toContain('at byte 105 no beginning of a record');
    expect(await refusal('1,a\n2,b', slice)).toContain('at byte 107 no beginning of a record');
    expect((await prove('1,a\n', slice)).records).toBe(1);
  });
});
