import type { TableReading } from '#support/tables/table-case.ts';
import { type Answer, bytesOf, count, refused, rows, type Specimen, utf8 } from './specimen.ts';

const SCHEMA = { a: 'integer', b: 'varchar' };

function csv(
  name: string,
  text: string | Uint8Array | (() => Uint8Array),
  answer: Answer,
  { schema = SCHEMA as TableReading['schema'], file = 'zoo.csv' } = {},
): Specimen {
  const made = typeof text === 'function' ? text : () => text;
  const bytes = () => {
    const given = made();
    return typeof given === 'string' ? utf8(given) : given;
  };
  return {
    name: `csv: ${name}`,
    asked: { format: 'csv', schema, options: {} },
    objects: () => [{ name: file, bytes: bytes() }],
    answer,
  };
}

const RAGGED = [
  csv('a short record', 'a,b\n1,x\n2\n3,y\n', refused('Corrupt', 'byte 8', '1 fields, expected 2')),
  csv('a long record', 'a,b\n1,x\n2,y,z\n', refused('Corrupt', 'byte 8', '3 fields, expected 2')),
  csv('an empty field too many', 'a,b\n1,x,\n', refused('Corrupt', '3 fields, expected 2')),
  csv('an empty line', 'a,b\n1,x\n\n2,y\n', rows([1, 'x'], [2, 'y'])),
  csv('an empty line at the end', 'a,b\n1,x\n\n', rows([1, 'x'])),
  csv('blanks alone in a line', 'a,b\n1,x\n  \n', refused('Corrupt', '1 fields, expected 2')),
];

const QUOTES = [
  csv('a quote that is not closed', 'a,b\n1,"x\n', refused('Corrupt', 'byte 6', 'close its quote')),
  csv('a quote within a field', 'a,b\n1,x"y\n', refused('Corrupt', 'a quote within an unquoted')),
  csv('a text behind a quote', 'a,b\n1,"x"y\n', refused('Corrupt', 'text behind a closing quote')),
  csv('a blank before a quote', 'a,b\n1, "x"\n', refused('Corrupt', 'a quote within an unquoted')),
  csv(
    'a backslash before a quote',
    String.raw`a,b
1,"x\"y"
`,
    refused('Corrupt', 'text behind a closing quote'),
  ),
  csv('quotes in quotes', 'a,b\n1,"x""y"\n2,""""\n3,""\n', rows([1, 'x"y'], [2, '"'], [3, ''])),
  csv(
    'a quote in the header that is not closed',
    'a,"b\n1,x\n',
    refused('Corrupt', 'close its quote'),
  ),
  csv('records in quotes', 'a,b\n1,"2,y\n3,z\n"\n', rows([1, '2,y\n3,z\n'])),
];

const BYTES = [
  csv('a NUL', 'a,b\n1,x\0y\n', refused('Corrupt', 'byte 7', 'NUL')),
  csv('a NUL in quotes', 'a,b\n1,"x\0y"\n', refused('Corrupt', 'NUL')),
  csv('a NUL in the header', 'a,b\0\n1,x\n', refused('Corrupt', 'first record')),
  csv('a byte that is no UTF-8', bytesOf('a,b\n1,\xff\n'), refused('Corrupt', 'byte 6', 'UTF-8')),
  csv(
    'UTF-8 cut within a character',
    bytesOf('a,b\n1,\xe2\x82'),
    refused('Corrupt', 'byte 6', 'UTF-8'),
  ),
  csv('a long form of a character', bytesOf('a,b\n1,\xc0\xaf\n'), refused('Corrupt', 'UTF-8')),
  csv('half of a surrogate pair', bytesOf('a,b\n1,\xed\xa0\x80\n'), refused('Corrupt', 'UTF-8')),
  csv('Latin-1 in the header', bytesOf('a,b\xe9\n1,x\n'), refused('Corrupt', 'UTF-8')),
  csv(
    'UTF-16, little end first',
    Buffer.from('\ufeffa,b\n1,x\n', 'utf16le'),
    refused('Unsupported', 'UTF-16'),
  ),
  csv(
    'UTF-16 without a mark',
    Buffer.from('a,b\n1,x\n', 'utf16le'),
    refused('Unsupported', 'UTF-16'),
  ),
  csv('a byte order mark', '\ufeffa,b\n1,x\n', rows([1, 'x'])),
  csv('a byte order mark before a quote', '\ufeff"a",b\n1,x\n', rows([1, 'x'])),
  csv('two byte order marks', '\ufeff\ufeffa,b\n1,x\n', refused('Request', 'zoo.csv')),
  csv('a byte order mark within', 'a,b\n1,\ufeffx\n', rows([1, '\ufeffx'])),
  csv('control characters', 'a,b\n1,\u0001\u001a\u007f\n', rows([1, '\u0001\u001a\u007f'])),
];

const ENDS = [
  csv('CRLF', 'a,b\r\n1,x\r\n', rows([1, 'x'])),
  csv('CRLF and LF mixed', 'a,b\n1,x\r\n2,y\n', rows([1, 'x'], [2, 'y'])),
  csv('CR alone', 'a,b\r1,x\r', refused('Corrupt', 'carriage return')),
  csv('CR alone within', 'a,b\n1,x\ry\n', refused('Corrupt', 'carriage return')),
  csv('CRLF in quotes', 'a,b\n1,"x\r\ny"\n', rows([1, 'x\r\ny'])),
  csv('no line end', 'a,b\n1,x', rows([1, 'x'])),
  csv('CR at the end', 'a,b\n1,x\r', refused('Corrupt', 'carriage return')),
];

const HEADERS = [
  csv('a header twice', 'a,b\na,b\n1,x\n', refused('Corrupt', 'column "a"', 'byte 4', '"a"')),
  csv('two columns of a name', 'a,a\n1,2\n', refused('Corrupt', 'two columns named "a"')),
  csv('an empty name', 'a,\n1,x\n', refused('Request', 'zoo.csv', '"b"')),
  csv('an empty header', '\n1,x\n', refused('Request', 'zoo.csv', '"a"')),
  csv('no bytes', '', rows()),
  csv('a header alone', 'a,b\n', rows()),
  csv('a header alone without an end', 'a,b', rows()),
  csv('a byte order mark alone', '\ufeff', refused('Request', 'zoo.csv')),
  csv('names that differ in case', 'a,A,b\n1,2,x\n', refused('Request', '"A"')),
  csv('a name of another case', 'A,b\n1,x\n', refused('Request', '"a"')),
  csv('JSON lines', '{"a":1,"b":"x"}\n', refused('Unsupported', 'JSON lines')),
  csv('Parquet', bytesOf('PAR1\x15\x04'), refused('Unsupported', 'Parquet')),
  csv('a zip archive', bytesOf('PK\x03\x04abc'), refused('Unsupported', 'zip')),
  csv('a page of HTML', '<html>\n<b>Error</b>\n', refused('Request', 'zoo.csv')),
];

const HOSTILE = [
  ...[
    `a"b`,
    'a;DROP TABLE x',
    '../../etc/passwd',
    'a\nb',
    "a'b",
    '$1',
    '/*',
    '--',
    'c0',
    'ordinal',
  ],
  ...['a,b', '\\', '*', 'select', '%s', '\u202e', '🙂', 'a b', ' a', "x') --"],
];

/** Names that the schema may hold are read; others are refused with the schema. */
const NAMES = HOSTILE.map((name) =>
  csv(
    `the name ${JSON.stringify(name)}`,
    `"${name.replaceAll('"', '""')}"\n7\n`,
    name.includes('\n') ? refused('Request', 'control character') : rows([7]),
    { schema: { [name]: 'integer' } },
  ),
);

const LONG_NAME = 'n'.repeat(10_000);

const LARGE = [
  csv('a name of 10 kB', `a,b,${LONG_NAME}\n1,x,2\n`, refused('Request', 'nnn…')),
  csv(
    'two columns of a name of 10 kB',
    `${LONG_NAME},${LONG_NAME}\n1,x\n`,
    refused('Corrupt', 'nnn…'),
  ),
  csv('a record of 10 MB', () => utf8(`a,b\n1,${'x'.repeat(10e6)}\n`), refused('Bound', 'byte 4')),
  csv(
    'a record of 10 MB in quotes',
    () => utf8(`a,b\n1,"${'x\n'.repeat(5e6)}"\n`),
    refused('Bound', 'byte 4'),
  ),
  csv(
    'a header of 10 MB',
    () => utf8(`a,${'x'.repeat(10e6)}\n1,x\n`),
    refused('Bound', 'more than'),
  ),
  csv('a record of 4 MB', () => utf8(`a,b\n1,${'x'.repeat(4e6)}\n`), count(1)),
  csv('10 MB of quotes', () => utf8(`a,b\n${'"'.repeat(1e7)}`), refused('Bound', 'byte 4')),
  csv('10 MB of commas', () => utf8(`a,b\n${','.repeat(1e7)}`), refused('Bound', 'byte 4')),
  csv('10 MB of line feeds', () => utf8(`a,b\n${'\n'.repeat(1e7)}`), rows()),
  csv(
    '40,000 columns',
    () => utf8(`${Array.from({ length: 4e4 }, (_, n) => `c${n}`)}\n`),
    refused('Bound', 'more than 32766'),
  ),
];

const VALUES = [
  csv('a number that is too large', 'a,b\n5000000000,x\n', refused('Corrupt', '"5000000000"')),
  csv('a number of 10,000 digits', `a,b\n${'9'.repeat(10_000)},x\n`, refused('Corrupt', '999…')),
  csv('NaN', 'a,b\nNaN,x\n', refused('Corrupt', '"NaN"')),
  csv('digits that would be lost', 'a,b\n3.7,x\n', refused('Corrupt', '"3.7"')),
  csv('a path as a value', 'a,b\n/etc/passwd,x\n', refused('Corrupt', '"/etc/passwd"')),
  csv(
    'SQL as a value',
    "a,b\n1); DROP TABLE x; --,'\n",
    refused('Corrupt', '"1); DROP TABLE x; --"'),
  ),
];

const FILES = [
  'a*b?[c].csv',
  "'; DROP TABLE x; --.csv",
  '../../etc/passwd.csv',
  'a\nb.csv',
  '%00.csv',
].map((file) =>
  csv(`a file named ${JSON.stringify(file)}`, 'a,b\n1,x\n', rows([1, 'x']), { file }),
);

const WIDE: Specimen = {
  name: 'csv: 2,000 columns',
  asked: {
    format: 'csv',
    schema: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`c${n}`, 'integer'])),
    options: {},
  },
  objects: () => {
    const places = Array.from({ length: 2_000 }, (_, n) => n);
    return [{ name: 'wide.csv', bytes: utf8(`${places.map((n) => `c${n}`)}\n${places}\n`) }];
  },
  answer: count(1),
};

/** Texts of records. */
export const CSV_ZOO: readonly Specimen[] = [
  ...[...RAGGED, ...QUOTES, ...BYTES, ...ENDS, ...HEADERS, ...NAMES],
  ...[...LARGE, ...VALUES, ...FILES, WIDE],
];
