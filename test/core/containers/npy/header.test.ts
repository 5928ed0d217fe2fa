import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { parseNpyHeader, readNpyHeader } from '#core/containers/npy/header.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { npyArray, npyFromHeader } from '#support/npz/npy.ts';
import { patience } from '#support/patience.ts';

function read(bytes: Uint8Array) {
  return readNpyHeader(memorySource(bytes), { offset: 0, length: bytes.length }, 'data.npy');
}

describe('the dict of a header', () => {
  it.each([
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", '<f8', [3]],
    ["{'descr': '<f8', 'fortran_order': True, 'shape': (3L,), }   \n", '<f8', [3]],
    ['{"shape":(2,3),"fortran_order":False,"descr":"|b1"}', '|b1', [2, 3]],
    ["{ 'descr' : '|S3', 'fortran_order': False, 'shape': ( ), }", '|S3', []],
    ["{'descr': '', 'fortran_order': False, 'shape': (0, 10L, )}", '', [0, 10]],
  ])('parses %s', (text, descr, shape) => {
    const isFortran = text.includes('True');
    expect(parseNpyHeader(text, 'data.npy')).toEqual({ descr, shape, isFortran });
  });

  it.each([
    '',
    '{}',
    "'descr': '<f8', 'fortran_order': False, 'shape': (3,)",
    "{'descr': '<f8', 'fortran_order': False}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'more': 'x'}",
    "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<f8', 'fortran_order': 0, 'shape': (3,)}",
    "{'descr': '<f8', 'fortran_order': 'no', 'shape': (3,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-3,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': 3}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} + evil()",
    "{'descr': '\\x3cf8', 'fortran_order': False, 'shape': (3,)}",
  ])('fails on %s', (text) => {
    expect(() => parseNpyHeader(text, 'data.npy')).toThrow(CorruptSourceError);
    expect(() => parseNpyHeader(text, 'data.npy')).toThrow(
      `data.npy has a header that is not a dict of descr, fortran_order and shape: ${JSON.stringify(text).slice(0, 60)}`,
    );
  });

  it('fails on structured elements', () => {
    const text = "{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (3,)}";
    expect(() => parseNpyHeader(text, 'data.npy')).toThrow(UnsupportedSourceError);
  });

  it('refuses a long wrong header in a short time', () => {
    const text = `{${"'a': 'b' ".repeat(1_000)}`;
    const started = performance.now();
    expect(() => parseNpyHeader(text, 'data.npy')).toThrow(CorruptSourceError);
    expect(performance.now() - started).toBeLessThan(patience(100));
  });
});

describe('the bytes of a header', () => {
  it.each([1, 2, 3] as const)(
    'finds the elements after a header of version %i',
    async (version) => {
      const bytes = npyArray([1, 2, 3], 'int16', { version });
      expect(await read(bytes)).toEqual({
        where: 'data.npy',
        descr: '<i2',
        shape: [3],
        isFortran: false,
        elements: { offset: bytes.length - 6, length: 6 },
      });
    },
  );

  it.each([
    [new Uint8Array(0), CorruptSourceError, 'does not begin as a npy array does'],
    [npyArray([], 'int8').slice(0, 11), CorruptSourceError, 'does not begin as a npy array does'],
    [npyArray([], 'int8').with(1, 0), CorruptSourceError, 'does not begin as a npy array does'],
    [npyArray([], 'int8').with(6, 4), UnsupportedSourceError, 'a npy header of version 4, allowed'],
    [npyArray([], 'int8').with(6, 0), UnsupportedSourceError, 'a npy header of version 0, allowed'],
    [
      npyArray([], 'int8').slice(0, 100),
      CorruptSourceError,
      'header of 128 bytes in a member of 100',
    ],
    [npyFromHeader(' '.repeat(10_100), Uint8Array.of()), BoundExceededError, 'allowed are 10000'],
  ])('fails on other bytes (%#)', async (bytes, errorClass, sentence) => {
    await expect(read(bytes)).rejects.toThrow(errorClass);
    await expect(read(bytes)).rejects.toThrow(sentence);
  });
});
