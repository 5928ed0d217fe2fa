import type { TableReading } from '#support/tables/table-case.ts';
import { type Answer, bytesOf, count, refused, rows, type Specimen, utf8 } from './specimen.ts';

const SCHEMA = { a: 'bigint', b: 'varchar' };

function jsonl(
  name: string,
  text: string | Uint8Array | (() => string),
  answer: Answer,
  { schema = SCHEMA as TableReading['schema'], options = {} as TableReading['options'] } = {},
): Specimen {
  const bytes = () => {
    const given = typeof text === 'function' ? text() : text;
    return typeof given === 'string' ? utf8(given) : given;
  };
  return {
    name: `jsonl: ${name}`,
    asked: { format: 'jsonl', schema, options },
    objects: () => [{ name: 'zoo.jsonl', bytes: bytes() }],
    answer,
  };
}

const FORMS = [
  jsonl('an array file', '[{"a":1},{"a":2}]\n', refused('Unsupported', 'a JSON array')),
  jsonl(
    'an array file over lines',
    '[\n{"a":1},\n{"a":2}\n]\n',
    refused('Unsupported', 'a JSON array'),
  ),
  jsonl('objects over lines', '{\n"a": 1\n}\n', refused('Corrupt', 'on one line')),
  jsonl(
    'two objects in a line',
    '{"a":1}{"a":2}\n',
    refused('Corrupt', 'byte 7', 'behind the object'),
  ),
  jsonl('a comma behind an object', '{"a":1},\n', refused('Corrupt', 'behind the object')),
  jsonl('null in a line', '{"a":1}\nnull\n', refused('Corrupt', 'byte 8', 'no object')),
  jsonl('a number in a line', '{"a":1}\n7\n', refused('Corrupt', 'no object')),
  jsonl('an object cut short', '{"a":1}\n{"a":2,"b":"x', refused('Corrupt', 'within its object')),
  jsonl('empty lines', '\n{"a":1}\n\n\n{"a":2}\n\n', rows([1, null], [2, null])),
  jsonl('no bytes', '', rows()),
  jsonl('line feeds alone', '\n\n\n', rows()),
  jsonl('a byte order mark', '\ufeff{"a":1}\n', rows([1, null])),
  jsonl(
    'a byte order mark in the second line',
    '{"a":1}\n\ufeff{"a":2}\n',
    refused('Corrupt', 'byte 8', 'no object'),
  ),
  jsonl('CR alone', '{"a":1}\r{"a":2}\r', refused('Corrupt', 'behind the object')),
  jsonl('CRLF', '{"a":1}\r\n{"a":2}\r\n', rows([1, null], [2, null])),
  jsonl('CSV', 'a,b\n1,x\n', refused('Unsupported', 'no JSON lines')),
  jsonl('single quotes', "{'a':1}\n", refused('Corrupt', 'double quotes')),
  jsonl('a comma too many', '{"a":1,}\n', refused('Corrupt', 'double quotes')),
  jsonl('a comment', '{"a":1} // one\n', refused('Corrupt', 'behind the object')),
];

const KEYS = [
  jsonl('a key twice', '{"a":1,"a":2}\n', refused('Corrupt', 'has already')),
  jsonl(
    'a key twice, once as an escape',
    String.raw`{"a":1,"\u0061":2}`,
    refused('Corrupt', 'has already'),
  ),
  jsonl(
    'a key that nobody asks for twice',
    '{"a":1,"x":1,"x":2}\n',
    refused('Corrupt', 'has already'),
  ),
  jsonl(
    'keys that differ in case',
    '{"A":1,"a":2}\n{"a":3,"A":4}\n{"A":5}\n',
    rows([2, null], [3, null], [null, null]),
  ),
  jsonl(
    'fields that differ in case',
    '{"s":{"X":1,"x":2}}\n{"s":{"x":3,"X":4}}\n{"s":{"X":5}}\n',
    rows([{ x: 2 }], [{ x: 3 }], [{ x: null }]),
    { schema: { s: 'struct(x integer)' } },
  ),
  jsonl('keys of a map that differ in case', '{"m":{"X":1,"x":2}}\n', rows([{ X: 1, x: 2 }]), {
    schema: { m: 'map(varchar, integer)' },
  }),
  jsonl('keys of other letters that fold', '{"\u212a":1,"k":2}\n', rows([2]), {
    schema: { k: 'integer' },
  }),
  jsonl('a key as an escape', String.raw`{"\u0061":1}`, rows([1, null])),
  jsonl('the empty key', '{"":1,"a":2}\n', rows([2, null])),
  jsonl('a key of 10 kB', `{"${'k'.repeat(10_000)}":1,"a":2}\n`, rows([2, null])),
  jsonl('a NUL in a key', String.raw`{"a\u0000":1,"a":2}`, rows([2, null])),
  ...[
    'a/b',
    'a.b',
    '$.a',
    'a~b',
    '*',
    "'a",
    '"',
    '\\',
    'a b',
    '[0]',
    '#',
    'c0',
    'j0',
    'x") --',
  ].map((key) =>
    jsonl(`the key ${JSON.stringify(key)}`, `{${JSON.stringify(key)}:7,"a":1}\n`, rows([7]), {
      schema: { [key]: 'integer' },
    }),
  ),
  ...['a/b', 'a.b', "'", '$.x', 'a~1b', '"'].map((key) =>
    jsonl(
      `the field ${JSON.stringify(key)}`,
      `{"s":{${JSON.stringify(key)}:[7]}}\n`,
      rows([{ [key]: [7] }]),
      {
        schema: { s: `struct("${key.replaceAll('"', '""')}" integer[])` },
        options: { onBadRow: 'reject' },
      },
    ),
  ),
];

const VALUES = [
  jsonl('a bare NaN', '{"a":NaN}\n', refused('Corrupt', 'no value of JSON')),
  jsonl('a bare Infinity', '{"a":-Infinity}\n', refused('Corrupt', 'byte 6')),
  jsonl(
    'a number beyond BIGINT',
    '{"a":9223372036854775808}\n',
    refused('Corrupt', '"9223372036854775808"'),
  ),
  jsonl('the largest BIGINT', '{"a":9223372036854775807}\n', count(1)),
  jsonl('1e400 as DOUBLE', '{"a":1e400}\n', refused('Corrupt', '"1e400"'), {
    schema: { a: 'double' },
  }),
  jsonl('a number of 100,000 digits', `{"a":${'9'.repeat(100_000)}}\n`, refused('Corrupt', '999…')),
  jsonl(
    'an exponent of 100,000 digits',
    `{"a":1e${'9'.repeat(100_000)}}\n`,
    refused('Corrupt', '"1e999'),
  ),
  jsonl(
    'digits that a double loses',
    '{"b":123456789012345678.12}\n',
    rows([null, '123456789012345678.12']),
  ),
  jsonl('leading zeros', '{"a":01}\n', refused('Corrupt', 'leading zeros')),
  jsonl('true as a number', '{"a":true}\n', refused('Corrupt', '"true"')),
  jsonl('a list as a text', '{"b":[1]}\n', refused('Corrupt', 'a single value in "b"')),
  jsonl('an object as a number', '{"a":{}}\n', refused('Corrupt', 'a single value in "a"')),
  jsonl('a number as a list', '{"l":1}\n', refused('Corrupt', 'a list in "l"'), {
    schema: { l: 'integer[]' },
  }),
  jsonl('half of a surrogate pair', String.raw`{"b":"\ud800"}`, refused('Corrupt', 'surrogate')),
  jsonl(
    'the halves the other way',
    String.raw`{"b":"\udc00\ud800"}`,
    refused('Corrupt', 'surrogate'),
  ),
  jsonl('half of one in a key', String.raw`{"\ud800":1}`, refused('Corrupt', 'surrogate')),
  jsonl('a surrogate pair', String.raw`{"b":"\ud83d\ude42"}`, rows([null, '🙂'])),
  jsonl('NUL as an escape', String.raw`{"b":"x\u0000y"}`, rows([null, 'x\0y'])),
  jsonl('a bare NUL', '{"b":"x\0y"}\n', refused('Corrupt', 'control character')),
  jsonl('a bare tabulator', '{"b":"x\ty"}\n', refused('Corrupt', 'control character')),
  jsonl('an escape that is none', String.raw`{"b":"\x41"}`, refused('Corrupt', 'an escape')),
  jsonl(
    'a byte that is no UTF-8',
    bytesOf('{"b":"\xff"}\n'),
    refused('Corrupt', 'byte 6', 'UTF-8'),
  ),
  jsonl('surrogates in UTF-8', bytesOf('{"b":"\xed\xa0\x80"}\n'), refused('Corrupt', 'UTF-8')),
  jsonl('UTF-16', Buffer.from('\ufeff{"a":1}\n', 'utf16le'), refused('Unsupported', 'UTF-16')),
  jsonl('UTF-16 without a mark', Buffer.from('{"a":1}\n', 'utf16le'), refused('Corrupt', 'byte 1')),
];

const LARGE = [
  jsonl(
    'lists 10,000 deep',
    () => `{"x":${'['.repeat(1e4)}${']'.repeat(1e4)}}\n`,
    refused('Bound', 'within 64 others'),
  ),
  jsonl(
    'objects 10,000 deep',
    () => `${'{"a":'.repeat(1e4)}1${'}'.repeat(1e4)}\n`,
    refused('Corrupt', 'a single value in "a"'),
  ),
  jsonl('10 MB of opening brackets', () => `{"x":${'['.repeat(1e7)}`, refused('Bound')),
  jsonl('a line of 10 MB', () => `{"b":"${'x'.repeat(1e7)}"}\n`, refused('Bound', '4 MiB')),
  jsonl('a line of 4 MB', () => `{"b":"${'x'.repeat(4e6)}"}\n`, count(1)),
  jsonl('a line of 4 MB of numbers', () => `{"l":[${'1,'.repeat(1e6)}1]}\n`, count(1), {
    schema: { l: 'tinyint[]' },
  }),
  jsonl(
    '200,000 keys',
    () => `{${Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`)}}\n`,
    refused('Bound', '131072 keys'),
  ),
  jsonl('10 MB of line feeds', () => '\n'.repeat(1e7), rows()),
  jsonl('10 MB of blanks', () => ' '.repeat(1e7), refused('Bound', '4 MiB')),
  jsonl('a list of a million', () => `{"x":[${'[],'.repeat(1e6)}[]],"a":1}\n`, rows([1, null])),
];

/** Texts of JSON lines. */
export const JSONL_ZOO: readonly Specimen[] = [...FORMS, ...KEYS, ...VALUES, ...LARGE];
