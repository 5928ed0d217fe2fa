import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import type { PlainForm } from '#core/tables/text/csv/plain-form.ts';
import { MAX_RECORD_COLUMNS } from '#core/tables/text/jsonl/jsonl-kernel.ts';
import { type JsonlSlice, proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import { piecesOf } from '#test/core/tables/text/pieces-of.ts';
import { readNaively } from './naive-json.ts';

const SLICE: JsonlSlice = { uri: 's3://b/a.jsonl', start: 0, isLast: true, columns: [] };

type Forms = readonly (PlainForm | undefined)[];

async function prove(text: string, names: readonly string[], forms?: Forms, pieceBytes = 9) {
  const written: Uint8Array[] = [];
  const columns = names.map((name) => ({ name, type: { kind: 'scalar' } as const }));
  const proof = await proveJsonl(
    { ...SLICE, columns, forms: forms ?? names.map(() => undefined) },
    piecesOf(Buffer.from(text), pieceBytes),
    (bytes) => void written.push(bytes.slice()),
  );
  return { ...proof, text: Buffer.concat(written).toString() };
}

/** The values of all records by the rules of RFC 4180; an empty field is null. */
function valuesOf(records: string): readonly (string | null)[] {
  const fields = records.matchAll(/("(?:[^"]|"")*"|[^",\n]*)[,\n]/g);
  return [...fields].map(([, field = '']) => {
    if (field === '') return null;
    return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
  });
}

function expectedOf(values: Record<string, unknown>): readonly (string | null)[] {
  return NAMES.map((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : null;
    return value === null ? null : String(value);
  });
}

const NAMES = ['id', 'a longer name', 'é', '', 'x"y', 'eight888', 'id2', 'line\nend'];
const unit = fc.constantFrom(
  'a',
  'é',
  '😀',
  '"',
  '\\',
  '\n',
  '\r',
  '\0',
  ',',
  ' ',
  '7',
  'xyxyxyxyxyxyx',
);
const single = fc.oneof(
  fc.string({ unit, maxLength: 9 }).map((one) => JSON.stringify(one)),
  fc.constantFrom('0', '-1.50', '12e5', 'true', 'false', 'null', '""', '"\\u00e9\\/\\u0022"'),
);
const other = fc.oneof(single, fc.constantFrom('[1,{"id":2}]', '{"id":{"id":[]}}', '{}'));
const blank = fc.constantFrom('', ' ', '\t');
const pair = fc.oneof(
  fc.tuple(fc.constantFrom(...NAMES), single, blank),
  fc.tuple(fc.constantFrom('stranger', 'ID', 'id3'), other, blank),
);
const line = fc.array(pair, { maxLength: 12 }).map((pairs) => {
  const members = pairs.map(([key, value, s]) => `${s}${JSON.stringify(key)}${s}:${s}${value}${s}`);
  return `{${members.join(',')}}`;
});

describe('lines as records', () => {
  it('have the values of the columns in their order, or are refused as lines are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        async (lines, size) => {
          const read = lines.map((one) => readNaively(one) as Record<string, unknown> | undefined);
          const proof = prove(lines.join('\n'), NAMES, undefined, size);
          if (read.includes(undefined)) {
            await expect(proof).rejects.toThrow(CorruptSourceError);
            return;
          }
          const { text, records } = await proof;
          expect(records).toBe(lines.length);
          expect(valuesOf(text)).toEqual(read.flatMap((values) => expectedOf(values!)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('quote what has a comma, is empty, or was escaped', async () => {
    const { text } = await prove(
      '{"a":"x,y","b":""}\n{"b":"\\"\\n","a":null}\n{"b":"a text of more than 16 bytes, with one"}\n{}\n',
      ['a', 'b'],
    );
    expect(text).toBe('"x,y",""\n,"""\n"\n,"a text of more than 16 bytes, with one"\n,\n');
  });

  it('name the byte of a key that its line has already, also of keys that are no columns', async () => {
    const twice = '{"a":1,"b":2}\n{"a":1,"b":2,"a":3}';
    await expect(prove(twice, ['a', 'b'])).rejects.toThrow('at byte 28 a key that its object has');
    await expect(prove('{"x":1,"b":2,"x":3}', ['a', 'b'])).rejects.toThrow('at byte 14 a key');
    await expect(prove('{"a":1,"\\u0061":3}', ['a', 'b'])).rejects.toThrow('at byte 8 a key');
  });

  it('hold single values only', async () => {
    for (const value of ['{}', '[1]']) {
      await expect(prove(`{"x":${value},"a":${value}}`, ['a'])).rejects.toThrow(
        'another value than the schema says, a single value in "a";',
      );
    }
  });

  it('are empty lines where the only column has no value', async () => {
    expect((await prove('{}\n{"b":1}\n{"a":""}\n{"a":7}', ['a'])).text).toBe('\n\n""\n7\n');
  });

  it('say for each column whether all values had its form', async () => {
    const forms: Forms = [
      { kind: 'whole', digits: 3 },
      { kind: 'date' },
      { kind: 'boolean' },
      undefined,
      { kind: 'decimal', digits: 2 },
    ];
    const names = ['n', 'd', 'b', 't', 'x'];
    const plain = async (text: string) => (await prove(text, names, forms)).plain;
    const good = '{"n":12,"d":"2026-03-01","b":true,"x":1.25}\n{"n":"-7","x":null}';
    expect(await plain(good)).toEqual([true, true, true, false, true]);
    const bad = '{"n":1e2,"d":"2026-03-0\\u0031","b":"","x":1.255}';
    expect(await plain(`${good}\n${bad}`)).toEqual([false, false, false, false, false]);
    // What one text was does not matter for the next one.
    expect(await plain(good)).toEqual([true, true, true, false, true]);
  });

  it('have room where short lines become long records', async () => {
    const names = Array.from({ length: MAX_RECORD_COLUMNS }, (_, k) => `c${k}`);
    const lines = 400_000;
    const last = `{"c255":"${'x'.repeat(100)}"}\n`;
    const { text, records } = await prove('{}\n'.repeat(lines) + last, names, undefined, 1 << 20);
    expect(records).toBe(lines + 1);
    const empty = `${','.repeat(MAX_RECORD_COLUMNS - 1)}\n`;
    expect(text.length).toBe(lines * empty.length + empty.length + 100);
    expect(text.startsWith(empty.repeat(3))).toBe(true);
    expect(text.endsWith(`${empty}${empty.slice(0, -1)}${'x'.repeat(100)}\n`)).toBe(true);
  });
});
