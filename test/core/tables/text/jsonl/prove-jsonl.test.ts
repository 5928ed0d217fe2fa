import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { type JsonlSlice, proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import { piecesOf } from '#test/core/tables/text/pieces-of.ts';
import { readNaively } from './naive-json.ts';

const SLICE: JsonlSlice = { uri: 's3://b/a.jsonl', start: 0, isLast: true, columns: [] };

async function prove(text: string | Uint8Array, slice: Partial<JsonlSlice> = {}, pieceBytes = 7) {
  const written: Uint8Array[] = [];
  const proof = await proveJsonl(
    { ...SLICE, ...slice },
    piecesOf(Buffer.from(text), pieceBytes),
    (bytes) => void written.push(bytes.slice()),
  );
  return { ...proof, text: Buffer.concat(written).toString() };
}

async function refusal(...args: Parameters<typeof prove>): Promise<string> {
  const error = await prove(...args).then(
    (read) => read,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CorruptSourceError);
  return (error as CorruptSourceError).message;
}

/** The text of one line, or what is wrong with it. */
async function lineOf(line: string): Promise<string> {
  return (await prove(`${line}\n`)).text.slice(0, -1);
}

const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', '\\', '\n', '\u0001', '/') });
const number = fc.constantFrom('0', '-0', '1.10', '-12e5', '9007199254740993', '1E+400', '0.1e-7');
const { value: values } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      text.map((one) => JSON.stringify(one)),
      number,
    ),
    fc.constantFrom('true', 'false', 'null', '"\\u00e9\\ud83d\\uDE00"', '[]', '{}'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    objectOf(tie('value')),
  ),
}));

function objectOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const key = fc.oneof(text, fc.constantFrom('id', 'name', 'a'));
  return fc
    .array(fc.tuple(key, value, fc.constantFrom('', ' ', '\t')), { maxLength: 6 })
    .map((pairs) => `{${pairs.map(([k, v, s]) => `${JSON.stringify(k)}${s}:${s}${v}`).join(',')}}`);
}

const lines = objectOf(values);
const damaged = fc
  .tuple(
    lines,
    fc.nat(),
    fc.constantFrom('"', ',', ':', '}', '[', '0', '.', '-', '\\', 'e', 'x', ''),
  )
  .map(([line, at, put]) => {
    const place = at % line.length;
    return (line.slice(0, place) + put + line.slice(place + 1))
      .replaceAll('\n', ' ')
      .toWellFormed();
  });

describe('proveJsonl', () => {
  it('reads every line, whole or damaged, as JSON.parse does, but numbers as written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(lines, damaged), fc.nat({ max: 100 }), async (line, size) => {
        const expected = readNaively(line);
        const read = await prove(`{}\n${line}\n{}`, {}, size + 1).catch((error: unknown) => error);
        if (expected === undefined && line.trim() !== '') {
          expect(read, line).toBeInstanceOf(Error);
          expect((read as Error).message).toContain(
            'line 2 from byte 0 on, which begins at byte 3',
          );
        } else {
          const [first, second, third] = (read as { text: string }).text.split('\n');
          expect([first, third]).toEqual(['{}', '{}']);
          expect(JSON.parse(second!), line).toEqual(expected);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('writes numbers as texts and keeps all else', async () => {
    const line = '{"a":1.10, "b":[-0,true,null,{"c":1e5}] ,"d":"1\\u00e9\\n/"}';
    expect(await lineOf(line)).toBe(
      '{"a":"1.10", "b":["-0",true,null,{"c":"1e5"}] ,"d":"1\\u00e9\\n/"}',
    );
    expect(await lineOf(`{"a":[${'1,'.repeat(500)}1]}`)).toBe(`{"a":[${'"1",'.repeat(500)}"1"]}`);
    expect(await lineOf(`{"a":${'7'.repeat(100)}}`)).toBe(`{"a":"${'7'.repeat(100)}"}`);
  });

  it('drops blank lines and line ends, and gives the last line one', async () => {
    expect(await prove('\r\n{"a":1}\r\n \t\n  {"a":"x"} \n\n{"a":null}')).toEqual({
      records: 3,
      bytes: 38,
      longestLine: 11,
      plain: [],
      text: '{"a":"1"}\n{"a":"x"}\n{"a":null}\n',
    });
    expect(await prove('')).toEqual({ records: 0, bytes: 0, longestLine: 0, text: '', plain: [] });
  });

  it('passes a byte order mark at the start of an object only', async () => {
    for (const size of [1, 100]) {
      expect((await prove('\ufeff{"a":1}\n', {}, size)).text).toBe('{"a":"1"}\n');
      expect((await prove('\ufeff\n{"a":1}\n', {}, size)).text).toBe('{"a":"1"}\n');
      expect(await refusal('\ufeff{"a":1}\n', { start: 5 }, size)).toContain('no object');
      expect(await refusal('{"a":1}\n\ufeff{"a":1}\n', {}, size)).toContain('no object');
    }
  });

  it('reports where objects begin, of the densest text too', async () => {
    const find = async (text: string, pieceBytes: number) => {
      const found: number[] = [];
      await prove(text, { onStarts: (starts) => void found.push(...starts) }, pieceBytes);
      return found;
    };
    const text = '\ufeff{"a":1}\n\r\n  {"a":2}\n{"a":3}';
    for (const size of [1, 7, 1000]) expect(await find(text, size)).toEqual([3, 15, 23]);
    const dense = await find('{}\n'.repeat(100_000), 290_000);
    expect(dense).toEqual(Array.from({ length: 100_000 }, (_, object) => 3 * object));
  });

  it('takes pieces of several megabytes', async () => {
    const whole = await prove('{"id":1,"s":"text"}\n'.repeat(200_000), {}, 3_000_000);
    expect(whole.records).toBe(200_000);
    expect(whole.text === '{"id":"1","s":"text"}\n'.repeat(200_000)).toBe(true);
  });

  it('names the object, the line and the byte of a fault, and what to do', async () => {
    expect(await refusal('{"a":1}\n"x"\n')).toBe(
      's3://b/a.jsonl has at byte 8 no object; write one object {…} for each record, each on a line of its own, without a list around them (line 2 from byte 0 on, which begins at byte 8)',
    );
    expect(await refusal('{"a":1}\n\n[1]\n', { start: 100 })).toContain(
      'at byte 109 no object; write one object {…} for each record, each on a line of its own, without a list around them (line 3 from byte 100 on, which begins at byte 109)',
    );
  });

  it('refuses all that JSON or a table does not have', async () => {
    const faults: Record<string, string> = {
      null: 'byte 0 no object',
      '{"a":1': 'byte 6 an end of the line within its object',
      '{"a":"x': 'byte 7 an end of the line within its object',
      '{"a":': 'byte 5 an end of the line',
      '{"a"': 'byte 4 no colon',
      '{"a":1,': 'byte 7 an end of the line',
      '{"a":1,}': 'byte 7 no key in double quotes',
      "{'a':1}": 'byte 1 no key in double quotes',
      '{"a" 1}': 'byte 5 no colon behind a key',
      '{"a":NaN}': 'byte 5 no value of JSON',
      '{"a":nul}': 'byte 5 no value of JSON',
      '{"a":falsy}': 'byte 5 no value of JSON',
      '{"a":[1,]}': 'byte 8 no value of JSON',
      '{"a":[}': 'byte 6 no value of JSON',
      '{"a":-}': 'byte 6 a number that JSON does not have',
      '{"a":01}': 'byte 6 a number',
      '{"a":1.}': 'byte 7 a number',
      '{"a":1e+}': 'byte 8 a number',
      '{"a":1 2}': 'byte 7 neither a comma',
      '{"a":[1}': 'byte 7 neither a comma',
      '{"a":1]': 'byte 6 neither a comma',
      '{"a":truex}': 'byte 9 neither a comma',
      '{"a":1} {"a":2}': 'byte 8 text behind the object',
      '{"a":1},': 'byte 7 text behind the object',
      '{"a":"\t"}': 'byte 6 a control character',
      '{"a":"\\x"}': 'byte 6 an escape that JSON does not have',
      '{"a":"\\u12g4"}': 'byte 6 an escape',
      '{"a":"\\ud800"}': 'byte 6 half of a surrogate pair',
      '{"a":"\\ud800\\u0041"}': 'byte 6 half of',
      '{"a":"\\udc00"}': 'byte 6 half of',
      '{"a":1,"b":2,"a":3}': 'byte 14 a key that its object has already',
      '{"é":1,"\\u00e9":3}': 'byte 9 a key that its object',
      '{"\u{1f600}":1,"\\ud83d\\ude00":3}': 'byte 11 a key that',
      '{"ࠀ\\/":1,"\\u0800/":3}': 'byte 12 a key that',
      '{"a":{"x":1,"x":2}}': 'byte 13 a key that its object',
    };
    for (const [line, expected] of Object.entries(faults)) {
      const message = await refusal(`${line}\n`, {}, 1000).catch((error: Error) => error.message);
      expect(message, line).toContain(`at ${expected}`);
    }
  });

  it('takes equal keys of different objects', async () => {
    const line = '{"a":{"a":"x","b":"x"},"b":[{"a":"x"},{"a":"x"}]}';
    expect(await lineOf(line)).toBe(line);
    const keys = Array.from({ length: 3000 }, (_, k) => `"key of number ${k}":"x"`);
    expect(await lineOf(`{${keys.join(',')}}`)).toBe(`{${keys.join(',')}}`);
    expect(await refusal(`{${keys.join(',')},"key of number 1500":1}`)).toContain('a key that its');
  });

  it('bounds depth, keys and lines', async () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(await lineOf(nested(64))).toBe(nested(64));
    await expect(prove(nested(65))).rejects.toThrow(BoundExceededError);
    await expect(prove(nested(65))).rejects.toThrow('within 64 others');
    const keys = (count: number) =>
      `{${Array.from({ length: count }, (_, k) => `"${k}":""`).join(',')}}`;
    expect((await prove(keys(131_072), {}, 500_000)).records).toBe(1);
    await expect(prove(keys(131_073), {}, 500_000)).rejects.toThrow('more than 131072 keys');
    const line = `{"a":"${'x'.repeat(92)}"}`;
    expect((await prove(`${line}\n${line}`, { maxLineBytes: 100 })).records).toBe(2);
    for (const longer of [`{}\n${line} \n{}`, `{}\n${line} `, `{}\n${line}${' '.repeat(999)}`]) {
      for (const size of [7, 5000]) {
        const read = prove(longer, { maxLineBytes: 100 }, size);
        await expect(read).rejects.toThrow('at byte 3 a line that is longer than');
      }
    }
    const long = `{"a":"${'x'.repeat(4_194_304)}"}`;
    await expect(prove(long, {}, 1_000_000)).rejects.toThrow(BoundExceededError);
  });

  it('names the byte that is no UTF-8, unless an earlier line is refused', async () => {
    const bad = Buffer.from('{"a":1}\n{"a":"\xff"}\n', 'latin1');
    for (const size of [1, 5, 100]) {
      expect(await refusal(bad, {}, size)).toContain('at byte 14 a byte that is no UTF-8');
    }
    const worse = Buffer.from('{"a":}\n{"a":"\xff"}\n', 'latin1');
    for (const size of [1, 5, 100])
      expect(await refusal(worse, {}, size)).toContain('at byte 5 no');
    expect(await refusal(Buffer.from('{"a":"\xc3', 'latin1'))).toContain(
      'at byte 6 a byte that is',
    );
  });

  it('refuses a slice that is cut within a line', async () => {
    expect((await prove('{"a":1}\n', { isLast: false })).records).toBe(1);
    const before = await prove('{"a":1}\n \n\t ', { isLast: false });
    expect(before).toMatchObject({ records: 1, text: '{"a":"1"}\n' });
    expect(await refusal('{"a":1}\n{"a"', { isLast: false })).toContain(
      'at byte 12 no beginning of',
    );
    expect(await refusal('{"a":1}\n{"a":2}', { isLast: false })).toContain('at byte 15 no begin');
  });
});

describe('the columns of JSON lines', () => {
  const leaf = { kind: 'scalar' } as const;
  const columns = [
    { name: 'n', type: { kind: 'decimal' } },
    { name: 's', type: { kind: 'struct', fields: [{ name: 'x', type: leaf }] } },
    { name: 'l', type: { kind: 'list', of: { kind: 'list', of: leaf } } },
    { name: 'm', type: { kind: 'map', value: { kind: 'list', of: leaf } } },
    { name: 'é', type: leaf },
  ] as const;

  it('hold single values, objects and lists where they are expected', async () => {
    const line =
      '{"n":"x","s":{"x":"y","z":[{}]},"l":[["x"],null,[]],"m":{"k":["v"],"n":null},"o":{"s":[]}}';
    expect((await prove(line, { columns })).text).toBe(`${line}\n`);
    expect((await prove('{"s":null,"l":null,"m":null,"n":null}', { columns })).records).toBe(1);
  });

  it('refuse all else by the path of the column', async () => {
    const faults: Record<string, string> = {
      '{"n":{}}': 'byte 5 another value than the schema says, a single value in "n"; give',
      '{"n":[1]}': 'byte 5 another value than the schema says, a single value in "n"',
      '{"s":"x"}': 'byte 5 another value than the schema says, an object in "s"',
      '{"s":[]}': 'an object in "s"',
      '{"s":{"x":{}}}': 'a single value in "s.x"',
      '{"l":{}}': 'a list in "l"',
      '{"l":[1]}': 'a list in "l[]"',
      '{"l":[[[]]]}': 'a single value in "l[][]"',
      '{"m":{"k":"x"}}': 'a list in "m.*"',
      '{"m":true}': 'an object in "m"',
      '{"\\u00e9":[]}': 'a single value in "é"',
    };
    for (const [line, expected] of Object.entries(faults)) {
      expect(await refusal(line, { columns }), line).toContain(expected);
    }
  });

  it('are bounded in number', async () => {
    const many = Array.from({ length: 40_000 }, (_, k) => ({ name: `c${k}`, type: leaf }));
    await expect(prove('{}', { columns: many })).rejects.toThrow(BoundExceededError);
    await expect(prove('{}', { columns: many })).rejects.toThrow('40000 columns and fields');
    const most = many.slice(0, 30_000);
    expect((await prove('{"c29999":1}', { columns: most })).records).toBe(1);
    expect(await refusal('{"c29999":[]}', { columns: most })).toContain('"c29999"');
  });
});
