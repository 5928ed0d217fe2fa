import { describe, expect, test } from 'vitest';
import { sniffCsv } from '#core/tables/infer/sniff-csv.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';

const FORMAT = csvFormatSection.parse({});

function sniff(text: string, asked = {}, isWhole = true) {
  const bytes = Buffer.from(text);
  const { delimiter, header } = sniffCsv({ uri: 'x.csv', bytes, isWhole }, asked, FORMAT);
  return [delimiter, header];
}

describe('the delimiter', () => {
  test.each([
    ['a,b\n1,2\n', ','],
    ['a;b\n1,5;2,5\n', ';'],
    ['a\tb\n1,2\t3\n', '\t'],
    ['a|b\n1|2\n', '|'],
    ['one\ntwo\n', ','],
    ['\n', ','],
    ['a;b\n\n1;2\n', ';'],
    ['"x;y",b\n"1;1",2\n', ','],
    ['"a\nb";c\n1;2\n', ';'],
    ['\ufeffa;b\r\n1;2\r\n', ';'],
    // Not one delimiter fits all records: the one that fits most.
    ['a,b;c\n1;2\n3;4\n5,6\n', ';'],
    ['a;b\n1;2\nx"y;3\n', ';'],
    // As many by both: the first; more by one: that one.
    ['a,b;c\n1,2;3\n', ','],
    ['a,b;c;d\n1,2;3;4\n', ';'],
  ])('of %j is %j', (text, delimiter) => {
    expect(sniff(text)[0]).toBe(delimiter);
  });

  test('is the one that is asked for', () => {
    expect(sniff('a,b\n1,2\n', { delimiter: ';', header: false })).toEqual([';', false]);
  });

  test('is found by whole lines alone', () => {
    expect(sniff('a,b;c\n1,2;3\n4;5', {}, false)[0]).toBe(',');
    expect(sniff('a,b;c\n1,2;3\n4;5', {}, true)[0]).toBe(';');
  });

  test('is found before a quoted field that does not end', () => {
    expect(sniff('a;b\n1;"2\n3\n', {}, false)).toEqual([';', true]);
  });

  test('is not found in a record of too many fields', () => {
    expect(() => sniff(`"a"${',b'.repeat(33_000)}\n`)).toThrow('more than 32766 columns');
  });

  test('is found by the first records of a long text', () => {
    expect(sniff(`a;b\n${'1;2\n'.repeat(600)}3,4,5\n`)).toEqual([';', true]);
  });
});

describe('the header', () => {
  test.each([
    ['a,b\n1,2\n', true],
    ['a,b\nx,y\n', true],
    ['a,b\n', true],
    ['1,2\n3,4\n', false],
    ['x,1\ny,2\n', false],
    ['a,a\nx,y\n', false],
    ['a,\nx,y\n', false],
    [',a\nx,y\n', true],
    [',a\n0,y\n', true],
    ['\n', false],
    ['name,2019,2020\nx,1,2\n', false],
    ['id,2019\n1,5\n', true],
  ])('of %j: %j', (text, header) => {
    expect(sniff(text)[1]).toBe(header);
  });

  test('is the one that is asked for', () => {
    expect(sniff('1,2\n', { header: true })[1]).toBe(true);
  });
});
