import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { jsonNames } from '#core/sparse/names/json-names.ts';
import { checkedNames, figuresOf, namesText } from '#core/sparse/names/names-text.ts';
import type { Names } from '#core/sparse/names.ts';

function batches(...names: readonly string[][]): Names {
  return {
    uri: 'x',
    async *read() {
      yield* names;
    },
  };
}

async function textOf(names: Names): Promise<string> {
  return Buffer.concat(await Array.fromAsync(namesText(names))).toString();
}

describe('the text of names', () => {
  test('is a list with one name a line, whatever batches they come in', async () => {
    const text = '[\n"a",\n"é\\n\\"",\n""\n]\n';
    expect(await textOf(batches(['a', 'é\n"', '']))).toBe(text);
    expect(await textOf(batches([], ['a'], [], ['é\n"'], ['']))).toBe(text);
    expect(await textOf(jsonNames(memorySource(new TextEncoder().encode(text))))).toBe(text);
  });

  test('of none is an empty list', async () => {
    expect(await textOf(batches())).toBe('[]\n');
    expect(await textOf(batches([]))).toBe('[]\n');
  });

  test('has the count and CRC-32 that its figures say', async () => {
    for (const names of [batches(['a', 'b'], ['c']), batches([''])]) {
      const text = await textOf(names);
      const { length: count } = (await Array.fromAsync(names.read())).flat();
      expect(await figuresOf(names)).toEqual({ count, crc32: crc32Hex(crc32(text)) });
    }
  });
});

describe('checked names', () => {
  const names = batches(['a'], ['b', 'c']);

  test('are the same names', async () => {
    const checked = checkedNames(names, await figuresOf(names));
    expect((await Array.fromAsync(checked.read())).flat()).toEqual(['a', 'b', 'c']);
  });

  test.each([[['a', 'b', 'd']], [['a', 'b']]])(
    'fail at their end where %j were planned',
    async (planned) => {
      const checked = checkedNames(names, await figuresOf(batches(planned)));
      await expect(Array.fromAsync(checked.read())).rejects.toThrow(
        /^x has 3 names with CRC-32 \w+, planned were/,
      );
    },
  );
});
