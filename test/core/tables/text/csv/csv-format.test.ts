import { describe, expect, it } from 'vitest';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { PLAIN } from './arbitrary-csv.ts';

/** Each problem as the path and what is allowed there. */
function problems(given: unknown): string[] {
  const { error } = csvFormatSection.safeParse(given);
  return error!.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('source.csv', () => {
  it('has defaults for all that is not said', () => {
    expect(csvFormatSection.parse({})).toEqual(PLAIN);
    const all = {
      delimiter: '\t',
      quote: '',
      header: false,
      nullText: ['NA', '\\N', ''],
      quotedNewlines: false,
    };
    expect(csvFormatSection.parse(all)).toEqual(all);
    expect(csvFormatSection.parse({ quote: undefined, delimiter: ';' })).toEqual({
      ...PLAIN,
      delimiter: ';',
    });
  });

  it('says what is allowed', () => {
    for (const delimiter of ['', ',,', 'a', '1', '-', '.', '"', '\n', '\r', '\0', 'é', 7]) {
      expect(problems({ delimiter })[0], String(delimiter)).toBe(
        'delimiter: one ASCII character that is not a letter, digit, sign, dot, quote or line break',
      );
    }
    for (const quote of ['""', 'a', '\n', ',', 'é', null]) {
      expect(problems({ quote })).toContain(
        `quote: one of '"', "'", '|', '~', '^', '\`', or '' if no field is quoted`,
      );
    }
    expect(problems({ header: 'yes' })).toEqual(['header: true or false']);
    expect(problems({ quotedNewlines: 1 })).toEqual(['quotedNewlines: true or false']);
    expect(problems({ comment: '#' })).toEqual([
      ': an object with delimiter, quote, header, nullText, quotedNewlines',
    ]);
    expect(problems('tab')).toHaveLength(1);
    expect(problems({ delimiter: '|', quote: '|' })).toEqual([
      ': a delimiter and a quote that are different characters',
    ]);
  });

  it('takes texts for NULL that an unquoted field can hold', () => {
    const allowed = 'a list of at most 100 texts of at most 64 characters';
    const wrong = [
      'NA',
      [7],
      ['a,b'],
      ['a"'],
      ['a\n'],
      ['\0'],
      ['\ud800'],
      ['x'.repeat(65)],
      Array.from({ length: 101 }, (_, k) => `${k}`),
    ];
    for (const nullText of wrong) {
      const [first] = problems({ nullText });
      expect(first, JSON.stringify(nullText)).toMatch(/^nullText/);
      expect(first).toContain(allowed);
    }
    expect(csvFormatSection.parse({ nullText: [] }).nullText).toEqual([]);
    expect(csvFormatSection.parse({ delimiter: '|', nullText: ['a,b'] }).nullText).toEqual(['a,b']);
  });
});
