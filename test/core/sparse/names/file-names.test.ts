import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { MAX_NAME_CHARACTERS } from '#core/sparse/names/check-name.ts';
import { fileNames } from '#core/sparse/names/file-names.ts';

async function readAll(text: string | Uint8Array): Promise<string[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return (await Array.fromAsync(fileNames(memorySource(bytes, 'x.txt')).read())).flat();
}

describe('names in a file', () => {
  test.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\n b\r\n', ['a', ' b']],
    ['a\n\nb', ['a', '', 'b']],
    ['\ufeffé\n', ['é']],
    ['a\rb\n', ['a\rb']],
    ['', []],
    ['\n', ['']],
    ['a[0]\n', ['a[0]']],
    ['\ufeff \n["a",\n"b"]', ['a', 'b']],
    [' [1, 2]', ['1', '2']],
  ])('%j are %j', async (text, names) => {
    expect(await readAll(text)).toEqual(names);
  });

  test('may lie across pieces and blocks', async () => {
    const names = Array.from({ length: 300_000 }, (_, at) => `name ${at} é`);
    expect(await readAll(names.join('\n'))).toEqual(names);
  });

  test('fail where they are not UTF-8', async () => {
    await expect(readAll(Uint8Array.of(0x61, 0xff, 0x0a))).rejects.toThrow(/x\.txt is not UTF-8/);
  });

  test('fail where one is too long, whether its line ends or not', async () => {
    const long = 'x'.repeat(MAX_NAME_CHARACTERS + 1);
    await expect(readAll(`a\n${long}\n`)).rejects.toThrow(/at place 1 of more than 1048576/);
    await expect(readAll(`a\n${long.repeat(2)}`)).rejects.toThrow(/at place 1 of more than/);
  });
});
