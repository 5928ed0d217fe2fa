import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvShape, takeCsvKernel } from '#core/tables/text/csv/csv-kernel.ts';
import type { PlainForm } from '#core/tables/text/csv/plain-form.ts';
import { PLAIN } from './arbitrary-csv.ts';

function isDecimal(text: string, digits: number, most: number): boolean {
  const bare = text.replace(/^-/, '');
  return (
    bare.length <= most && /\d/.test(bare) && RegExp(`^\\d*(\\.\\d{0,${digits}})?$`).test(bare)
  );
}

function isFloat(text: string): boolean {
  if (isDecimal(text, 32, 32)) return true;
  const [, mantissa = ''] = /^(-?[\d.]+)[eE](?:\+?\d|-\d\d?)$/.exec(text) ?? [];
  return isDecimal(mantissa, 24, 24) && text.replace(/^-/, '').length <= 32;
}

/** Whether an unquoted field is plain, looked at as a whole. */
function isPlain(text: string, { kind, digits = 0 }: PlainForm): boolean {
  const patterns = {
    whole: `^-?\\d{1,${digits}}$`,
    date: '^\\d{4}-\\d\\d-\\d\\d$',
    timestamp: `^\\d{4}-\\d\\d-\\d\\d[ T](?!24)\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,${digits}})?$`,
    boolean: '^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$',
  };
  if (kind === 'decimal') return isDecimal(text, digits, 62);
  return kind === 'float' ? isFloat(text) : RegExp(patterns[kind]).test(text);
}

const FORMS: readonly PlainForm[] = [
  { kind: 'whole', digits: 3 },
  { kind: 'whole', digits: 20 },
  { kind: 'decimal', digits: 0 },
  { kind: 'decimal', digits: 4 },
  { kind: 'float' },
  { kind: 'date' },
  { kind: 'timestamp', digits: 6 },
  { kind: 'boolean' },
];

const digit = fc.constantFrom(...'0123456789');
const numbers = fc.stringMatching(/^-?\d{0,22}(\.\d{0,22})?([eE][+-]?\d{1,3})?$/);
const moments = fc.stringMatching(/^\d{4}-\d\d-\d\d([ T](24|\d\d):\d\d:\d\d(\.\d{0,7})?)?$/);
const words = fc.mixedCase(fc.constantFrom('true', 'false', 'yes', 'inf', 'nan'));
const noise = fc.string({
  unit: fc.constantFrom('0', '5', '-', '.', ':', ' ', 'e', '+', '_', 'x', 'é'),
  maxLength: 70,
});
const sound = fc.oneof(
  ...[numbers, moments, words, noise],
  fc.string({ unit: digit, maxLength: 70 }),
  fc.stringMatching(/^-?\d{1,3}$/),
);
/** The same with a byte more, less, or changed. */
const near = fc
  .tuple(sound, fc.nat({ max: 25 }), fc.constantFrom('', '7', '-', ' ', '.'), fc.boolean())
  .map(([text, at, put, takes]) => text.slice(0, at) + put + text.slice(at + (takes ? 1 : 0)));

function plainOf(text: string, shape: CsvShape, pieceBytes: number): readonly boolean[] {
  const kernel = takeCsvKernel();
  kernel.start(shape);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    expect(kernel.scan(bytes.subarray(at, at + pieceBytes), false)).toBeUndefined();
  }
  expect(kernel.scan(new Uint8Array(), true)).toBeUndefined();
  expect(kernel.finish()).toBeUndefined();
  const plain = shape.forms!.map((_, column) => kernel.isPlain(column));
  kernel.close();
  return plain;
}

/** One column of a form between texts, so that fields begin and end anywhere in blocks. */
function isColumnPlain(fields: readonly string[], form: PlainForm, end: string, piece: number) {
  const records = fields.map((field, row) => `${'z'.repeat(row % 70)},${field},"a\n,b"`);
  const shape = { format: PLAIN, columns: 3, forms: [undefined, form, undefined] };
  return plainOf(records.join(end), shape, piece)[1];
}

describe('a plain column', () => {
  it.each(FORMS)('has fields of its form alone: $kind $digits', (form) => {
    const property = fc.property(
      fc.oneof(sound, near),
      fc.nat({ max: 80 }),
      fc.constantFrom('\n', '\r\n', '\n\n'),
      fc.constantFrom(1, 5, 63, 64, 100, 10_000),
      fc.boolean(),
      (field, row, end, piece, isQuoted) => {
        const fields = Array<string>(row).fill('');
        const given = isQuoted && field !== '' ? `"${field}"` : field;
        const expected = field === '' || isPlain(field, form);
        const actual = isColumnPlain([...fields, given, ''], form, end, piece);
        expect(actual, JSON.stringify(field)).toBe(expected);
      },
    );
    void fc.assert(property, { numRuns: 300 });
  });

  it('leaves its neighbours alone, also in the last record without a line end', () => {
    const forms = [FORMS[1], FORMS[1], FORMS[5], FORMS[1]];
    const shape = { format: PLAIN, columns: 4, forms };
    const text = '1,2,2026-01-01,3\r\n\r\n4,x,2026-01-02,5\n6,7,2026-01-03,8.5';
    for (const piece of [1, 3, 64, 1000]) {
      expect(plainOf(text, shape, piece)).toEqual([true, false, true, false]);
    }
    expect(
      plainOf('a,""\n', { format: PLAIN, columns: 2, forms: [FORMS[0], FORMS[0]] }, 9),
    ).toEqual([false, false]);
    expect(
      plainOf('"1"\n', { format: { ...PLAIN, quote: '' }, columns: 1, forms: [FORMS[0]] }, 9),
    ).toEqual([false]);
  });

  it('is not known behind the columns that are looked at', () => {
    const columns = 33_000;
    const forms = Array.from({ length: columns }, () => FORMS[0]);
    const text = `${Array(columns).fill('1').join(',')}\n`;
    const plain = plainOf(text, { format: PLAIN, columns, forms }, 10_000);
    expect([plain.indexOf(false), plain.lastIndexOf(true)]).toEqual([32_768, 32_767]);
  });
});
