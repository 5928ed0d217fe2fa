import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNpz } from '#demo/write-npz.ts';

/** Elements of one array of the golden file, found by the name of its member. */
function bodyOf(npz: Buffer, member: string): Buffer {
  const local = npz.indexOf(`${member}.npy`) - 30;
  const start = local + 30 + npz.readUInt16LE(local + 26) + npz.readUInt16LE(local + 28);
  const header = 10 + npz.readUInt16LE(start + 8);
  return Buffer.from(npz.subarray(start + header, start + npz.readUInt32LE(local + 22)));
}

function int32s(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
}

function int64s(bytes: Buffer): BigInt64Array {
  return BigInt64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readBigInt64LE(8 * i));
}

test('writes byte for byte what SciPy wrote for the same arrays', async () => {
  const golden = await readFile(
    new URL('../fixtures/golden/inputs/dtype-int64.npz', import.meta.url),
  );
  const [rows, columns] = int64s(bodyOf(golden, 'shape'));
  const directory = await mkdtemp(join(tmpdir(), 'write-npz-'));
  try {
    const path = join(directory, 'matrix.npz');
    await writeNpz(path, {
      shape: [Number(rows), Number(columns)],
      indptr: int32s(bodyOf(golden, 'indptr')),
      indices: int32s(bodyOf(golden, 'indices')),
      data: int64s(bodyOf(golden, 'data')),
    });
    expect((await readFile(path)).equals(golden)).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});
