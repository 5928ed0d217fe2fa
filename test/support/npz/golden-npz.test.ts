import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goldenBytes } from '#support/golden.ts';
import { type Int64Csr, saveNpz } from '#support/npz/save-npz.ts';
import { type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';

const LOCAL_BYTES = 30;
const DEFLATED = 8;

/** Elements of one array of a golden file, found by the name of its member. */
function elementsOf(npz: Buffer, member: string): Buffer {
  const local = npz.indexOf(`${member}.npy`) - LOCAL_BYTES;
  const start = local + LOCAL_BYTES + npz.readUInt16LE(local + 26) + npz.readUInt16LE(local + 28);
  const body = npz.subarray(start, start + npz.readUInt32LE(local + 18));
  const npy = npz.readUInt16LE(local + 8) === DEFLATED ? inflateRawSync(body) : body;
  return Buffer.from(npy.subarray(10 + npy.readUInt16LE(8)));
}

function int32s(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
}

function int64s(bytes: Buffer): BigInt64Array {
  return BigInt64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readBigInt64LE(8 * i));
}

/** What SciPy wrote into a golden file of int64 values. */
function arraysOf(golden: Buffer): Int64Csr {
  const [rows, columns] = int64s(elementsOf(golden, 'shape'));
  return {
    shape: [Number(rows), Number(columns)],
    indptr: int32s(elementsOf(golden, 'indptr')),
    indices: int32s(elementsOf(golden, 'indices')),
    data: int64s(elementsOf(golden, 'data')),
  };
}

function plain({ shape, indptr, indices, data }: Int64Csr): PlainCsr {
  return { shape, dtype: 'int64', indptr: [...indptr], indices: [...indices], data: [...data] };
}

const STORED = Buffer.from(goldenBytes('inputs/dtype-int64.npz'));
const COMPRESSED = Buffer.from(goldenBytes('inputs/deflate-int64.npz'));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'golden-npz-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function saved(matrix: Int64Csr, options: { readonly compress: boolean }): Promise<Buffer> {
  const path = join(folder, 'matrix.npz');
  await saveNpz(path, matrix, options);
  return await readFile(path);
}

describe('writes byte for byte what SciPy wrote for the same arrays', () => {
  test('to a file', async () => {
    expect((await saved(arraysOf(STORED), { compress: false })).equals(STORED)).toBe(true);
  });

  test('in memory', () => {
    expect(Buffer.from(writeNpz(plain(arraysOf(STORED)))).equals(STORED)).toBe(true);
  });
});

test('writes the same compressed file to the disk as in memory', async () => {
  const matrix = arraysOf(COMPRESSED);
  const bytes = await saved(matrix, { compress: true });
  expect(bytes.equals(writeNpz(plain(matrix), { compress: true }))).toBe(true);
  expect(arraysOf(bytes)).toEqual(matrix);
});

test('writes an array of several pieces completely', async () => {
  const nnz = 1_200_000;
  const data = new BigInt64Array(nnz);
  for (let i = 0; i < nnz; i += 1000) data[i] = BigInt(i);
  const matrix: Int64Csr = {
    ...{ shape: [1, nnz], indptr: Int32Array.of(0, nnz), indices: new Int32Array(nnz) },
    data,
  };
  for (const compress of [false, true]) {
    const elements = elementsOf(await saved(matrix, { compress }), 'data');
    expect(elements.equals(Buffer.from(data.buffer))).toBe(true);
  }
});
