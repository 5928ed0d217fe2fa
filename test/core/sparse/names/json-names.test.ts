import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { MAX_NAME_CHARACTERS } from '#core/sparse/names/check-name.ts';
import { jsonNames } from '#core/sparse/names/json-names.ts';

function source(text: string | Uint8Array): ByteSource {
  return memorySource(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'x.json');
}

async function readAll(text: string | Uint8Array): Promise<string[]> {
  return (await Array.fromAsync(jsonNames(source(text)).read())).flat();
}

describe('names in a JSON list', () => {
  test('are read with every escape, blank and byte order mark', async () => {
    const text = '\ufeff [ "a" ,\n"\\u00e9\\n\\"\\\\" ,\t"\\ud83d\\ude00", "", "é😀"\r\n] \n';
    expect(await readAll(text)).toEqual(['a', 'é\n"\\', '😀', '', 'é😀']);
  });

  test('may be none', async () => {
    expect(await readAll('[]')).toEqual([]);
    expect(await readAll(' [ ] ')).toEqual([]);
  });

  test('stand for the digits of whole numbers', async () => {
    expect(await readAll('[0,-7 , 12345678901234567890]')).toEqual([
      '0',
      '-7',
      '12345678901234567890',
    ]);
  });

  test('are the same as by JSON.parse for any list', async () => {
    const lists = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lists, fc.constantFrom(undefined, 1), async (names, indent) => {
        expect(await readAll(JSON.stringify(names, null, indent))).toEqual(names);
      }),
    );
  });

  test('may lie across pieces and blocks', async () => {
    const names = Array.from({ length: 300_000 }, (_, at) => `name "${at}" é\\`);
    names[7] = 'x'.repeat(MAX_NAME_CHARACTERS - 2);
    const batches = await Array.fromAsync(jsonNames(source(JSON.stringify(names))).read());
    expect(batches.flat()).toEqual(names);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThan(10_000);
  });

  test.each([
    ['["a", ["b"]]', /x\.json has a list at place 1, but names are texts in one list/],
    ['["a", {"b": 1}]', /an object at place 1/],
    ['{"a": 1}', /an object at place 0/],
    ['[1.5, "a"]', /1\.5 at place 0/],
    ['["a", null ]', /null at place 1/],
    ['["a" "b"]', /no comma at place 1/],
    ['["a" 1]', /no comma at place 1/],
    ['["a",]', /"]" at place 1/],
    ['[,]', /"," at place 0/],
    ['["a"], "b"', /"," at place 1/],
    ['["a"] "b"', /a value outside it at place 1/],
    ['"a"', /a value outside it at place 0/],
    ['["a"] b', /b at place 1/],
    ['["a", "b', /"b at place 1/],
    ['["a"', /an end before its ] at place 1/],
    ['', /an end before its ]/],
    ['["\\x"]', /a text with a wrong escape at place 0/],
    ['["a\nb"]', /a text with a wrong escape at place 0/],
    ['["\\ud800"]', /half of a character/],
  ])('fail for %j', async (text, message) => {
    await expect(readAll(text)).rejects.toThrow(message);
  });

  test('fail where they are not UTF-8, also at the end', async () => {
    await expect(readAll(Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d))).rejects.toThrow(/not UTF-8/);
    await expect(readAll(Uint8Array.of(0x5b, 0x5d, 0xc3))).rejects.toThrow(/not UTF-8/);
  });

  test('fail where one is too long, whether it ends or not', async () => {
    const long = 'x'.repeat(MAX_NAME_CHARACTERS + 1);
    await expect(readAll(`["a", "${long}"]`)).rejects.toThrow(/at place 1 of more than 1048576/);
    await expect(readAll(`["a", "${long.repeat(2)}`)).rejects.toThrow(/at place 1 of more than/);
  });

  test('may have blanks of any length', async () => {
    const blanks = ' \n'.repeat(MAX_NAME_CHARACTERS);
    expect(await readAll(`${blanks}[${blanks}"a"${blanks}]${blanks}`)).toEqual(['a']);
  });
});
