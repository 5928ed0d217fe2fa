import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  BoundExceededError,
  CorruptSourceError,
  IncompleteSourceError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { goldenBytes, goldenPath } from '#support/golden.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { npyArray, npyFromHeader } from '#support/npz/npy.ts';
import { openUris } from '#support/open-matrix.ts';

const ROOT = 's3://b/x/';

type Files = Readonly<Record<string, Uint8Array>>;

/** A bundle of 12 rows of floats. */
const bundle: Files = Object.fromEntries(
  readdirSync(goldenPath('bundles/nanfill')).map((name) => [
    name,
    goldenBytes(`bundles/nanfill/${name}`),
  ]),
);
const { 'meta.json': _, ...folder } = bundle;

/** With the error for an array of a wrong length: that of a bundle may not be all there yet. */
const kinds = [
  ['bundle', bundle, IncompleteSourceError],
  ['folder', folder, CorruptSourceError],
] as const;

/** Opens what the folder holds and reads all of its rows. */
async function readAll(files: Files): Promise<void> {
  const objects = Object.entries(files).map(([name, bytes]) => [`${ROOT}${name}`, bytes]);
  const { matrix } = await openUris(memoryObjectStore(Object.fromEntries(objects)), [ROOT]);
  const rows = { rowStart: 0, rowEnd: matrix.shape[0] };
  for await (const __ of readSlices(matrix, rows));
}

/** The elements of an array of the bundle, as they are after some were replaced. */
function numbers(
  name: 'indptr' | 'indices',
  changes: Readonly<Record<number, number>>,
): Uint8Array {
  const bytes = bundle[`${name}.npy`]!.slice(128);
  const stored = name === 'indptr' ? new BigInt64Array(bytes.buffer) : new Int32Array(bytes.buffer);
  const values = Array.from(stored as Int32Array, Number);
  for (const [at, value] of Object.entries(changes)) values[Number(at)] = value;
  return npyArray(values, name === 'indptr' ? 'int64' : 'int32');
}

function header(descr: string, shape: string): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  return npyFromHeader(text, bundle['data.npy']!.slice(128));
}

/** Magic, version and the length of the header that it announces. */
function prefix(version: number, length: number): Uint8Array {
  const bytes = bundle['data.npy']!.slice();
  bytes[6] = version;
  new DataView(bytes.buffer).setUint32(8, length, true);
  return bytes;
}

describe.each(kinds)('the arrays of a %s', (_kind, files, wrongLength) => {
  it('are read if they are not damaged', async () => {
    await expect(readAll(files)).resolves.toBeUndefined();
  });

  it.each(['indptr.npy', 'indices.npy', 'data.npy'])(
    'fail when %s is cut anywhere, or goes on',
    async (name) => {
      const bytes = files[name]!;
      for (let length = 0; length < bytes.length; length += 3) {
        const cut = { ...files, [name]: bytes.subarray(0, length) };
        await expect(readAll(cut), `${length} bytes`).rejects.toThrow(wrongLength);
      }
      const longer = { ...files, [name]: new Uint8Array([...bytes, 0]) };
      await expect(readAll(longer)).rejects.toThrow(wrongLength);
    },
  );

  it.each([
    ['begins above 0', 'indptr', { 0: 1 }],
    ['begins below 0', 'indptr', { 0: -1 }],
    ['decreases', 'indptr', { 3: 0, 2: 9 }],
    ['ends below 0', 'indptr', { 12: -1 }],
    ['ends beyond the entries', 'indptr', { 12: 1000 }],
    ['is beyond 2^53', 'indptr', { 5: 2 ** 60 }],
    ['has a negative column', 'indices', { 0: -1 }],
    ['has the lowest column', 'indices', { 0: -(2 ** 31) }],
  ] as const)('fail where one of them %s', async (_what, name, changes) => {
    const changed = { ...files, [`${name}.npy`]: numbers(name, changes) };
    await expect(readAll(changed)).rejects.toThrow(CorruptSourceError);
  });

  it.each([
    [
      'more elements than a number can count',
      header("'<f8'", '(9007199254740993,)'),
      CorruptSourceError,
    ],
    ['elements beyond 2^64', header("'<f8'", '(99999999999999999999,)'), CorruptSourceError],
    ['fewer than no elements', header("'<f8'", '(-1,)'), CorruptSourceError],
    ['two dimensions', header("'<f8'", '(2, 16)'), CorruptSourceError],
    ['no dimensions', header("'<f8'", '()'), CorruptSourceError],
    ['pickled objects', header("'|O'", '(32,)'), UnsupportedSourceError],
    ['fields', header("[('a', '<f8')]", '(32,)'), UnsupportedSourceError],
    ['code', header("__import__('os')", '(32,)'), CorruptSourceError],
    ['a header of 4 GiB', prefix(2, 2 ** 32 - 1), BoundExceededError],
    ['a header longer than the file', prefix(1, 9000), CorruptSourceError],
    ['an unknown version', prefix(9, 118), UnsupportedSourceError],
  ])('fail where data.npy says that it holds %s', async (_what, bytes, errorClass) => {
    await expect(readAll({ ...files, 'data.npy': bytes })).rejects.toThrow(errorClass);
  });
});

it('fails on a column of a bundle beyond its shape', async () => {
  const beyond = { ...bundle, 'indices.npy': numbers('indices', { 0: 40 }) };
  await expect(readAll(beyond)).rejects.toThrow(CorruptSourceError);
});
