import * as fc from 'fast-check';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';

/** The format of a source that says nothing. */
export const PLAIN: CsvFormat = {
  delimiter: ',',
  quote: '"',
  header: true,
  nullText: [''],
  quotedNewlines: true,
};

const plainField = fc.string({ unit: fc.constantFrom('a', '7', ' ', '-', 'é'), maxLength: 9 });
const quotedField = fc
  .string({ unit: fc.constantFrom('a', ',', '\n', '"', '\r', '\r\n', 'é'), maxLength: 40 })
  .map((text) => `"${text.replaceAll('"', '""')}"`);
const field = fc.oneof({ weight: 3, arbitrary: plainField }, quotedField);

/** A text of CSV with so many columns, whose line ends may be mixed. */
export function csvTexts(columns: number): fc.Arbitrary<string> {
  const record = fc
    .array(field, { minLength: columns, maxLength: columns })
    .map((fields) => fields.join(','));
  const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\r\n\r\n');
  return fc
    .tuple(fc.array(fc.tuple(record, lineEnd), { maxLength: 40 }), fc.constantFrom('', 'x', '\n'))
    .map(([lines, rest]) => {
      const last = rest === 'x' ? ','.repeat(columns - 1) + rest : rest;
      return lines.map(([text, end]) => text + end).join('') + last;
    });
}

/** The same with some bytes changed, added or taken away. */
export function damagedTexts(columns: number): fc.Arbitrary<string> {
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom('"', ',', '\n', '\r', 'a', '\0', '', '""', '"\n'),
    fc.nat({ max: 2 }),
  );
  return fc.tuple(csvTexts(columns), fc.array(change, { maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((before, [at, put, taken]) => {
      const place = at % (before.length + 1);
      return before.slice(0, place) + put + before.slice(place + taken);
    }, text),
  );
}
