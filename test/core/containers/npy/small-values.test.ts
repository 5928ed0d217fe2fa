import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import { readScalarText, readSmallIntegers } from '#core/containers/npy/small-values.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { npyArray, npyFromHeader, npyString } from '#support/npz/npy.ts';

function header(descr: string, shape = '()'): string {
  return `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
}

async function text(bytes: Uint8Array): Promise<string> {
  const source = memorySource(bytes);
  const range = { offset: 0, length: bytes.length };
  return readScalarText(source, await readNpyHeader(source, range, 'format.npy'));
}

async function integers(bytes: Uint8Array): Promise<readonly number[]> {
  const source = memorySource(bytes);
  const range = { offset: 0, length: bytes.length };
  return readSmallIntegers(source, await readNpyHeader(source, range, 'shape.npy'));
}

it.each([
  ['bytes', npyString('csr')],
  ['padded bytes', npyFromHeader(header('|S5'), Buffer.from('csr\0\0'))],
  ['UTF-32', npyFromHeader(header('<U3'), Buffer.from('c\0\0\0s\0\0\0r\0\0\0'))],
  ['big-endian UTF-32', npyFromHeader(header('>U3'), Buffer.from('\0\0\0c\0\0\0s\0\0\0r'))],
])('reads a string of %s', async (_, bytes) => {
  expect(await text(bytes)).toBe('csr');
});

it('does not read a character as the letter of its lower 16 bits', async () => {
  const beyond = Buffer.from('c\0\x11\0s\0\0\0r\0\x01\0');
  expect(await text(npyFromHeader(header('<U3'), beyond))).toBe('\ufffds\u{10072}');
});

it.each([
  ['an array of strings', npyFromHeader(header('|S3', '(1,)'), Buffer.from('csr'))],
  ['a string shorter than it says', npyFromHeader(header('|S4'), Buffer.from('csr'))],
  ['a number', npyFromHeader(header('<i4'), new Uint8Array(4))],
  ['a long string', npyString('c'.repeat(300))],
])('fails to read %s as a string', async (_, bytes) => {
  await expect(text(bytes)).rejects.toThrow(CorruptSourceError);
});

it.each(['int32', 'int64'] as const)('reads integers of %s in both byte orders', async (dtype) => {
  expect(await integers(npyArray([7, -1], dtype))).toEqual([7, -1]);
  expect(await integers(npyArray([7, -1], dtype, { bigEndian: true }))).toEqual([7, -1]);
});

it.each([
  ['floats', npyArray([1, 2], 'float64')],
  ['many integers', npyArray(new Array(40).fill(1), 'int64')],
])('fails to read %s as a shape', async (_, bytes) => {
  await expect(integers(bytes)).rejects.toThrow(CorruptSourceError);
});
