import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readIntegersAttribute } from '#core/containers/hdf5/attributes.ts';
import { bytesOfCount, pointerWidths } from '#core/containers/hdf5/btree-v2.ts';
import { listNames, openPath, openRoot } from '#core/containers/hdf5/group.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';

/** Depth of each tree of a version-2 type of record in a file, as their headers say it. */
function depths(bytes: Uint8Array, type: number): number[] {
  const buffer = Buffer.from(bytes.buffer);
  const found: number[] = [];
  for (let at = buffer.indexOf('BTHD'); at >= 0; at = buffer.indexOf('BTHD', at + 1))
    if (buffer[at + 5] === type) found.push(buffer.readUInt16LE(at + 12));
  return found;
}

async function rootOf(file: string) {
  return await openRoot(await openHdf5(memorySource(hdf5Bytes(file), file)));
}

it('reads every name of a tree with two levels of inner nodes', async () => {
  const file = 'names-in-a-tree-of-depth-2.h5ad';
  expect(depths(hdf5Bytes(file), 5)).toEqual([2]);
  const names = Array.from(
    { length: 1000 },
    (_, i) => `name-${`${i}`.padStart(4, '0')}-${'x'.repeat(i % 40)}`,
  );
  expect((await listNames(await rootOf(file))).toSorted()).toEqual(['X', ...names]);
});

it('reads every attribute of a tree with two levels of inner nodes', async () => {
  const file = 'attributes-in-a-tree-of-depth-2.h5ad';
  expect(depths(hdf5Bytes(file), 8)).toEqual([2]);
  const group = await openPath(await rootOf(file), 'X');
  for (const i of [0, 1, 299, 300, 598, 599])
    expect(await readIntegersAttribute(group!, `n${i}`)).toEqual([1]);
  expect(await readIntegersAttribute(group!, 'n600')).toBeUndefined();
});

it('counts the bytes of the largest number that can occur', () => {
  expect([0, 1, 255, 256, 65_535, 65_536, 2 ** 24].map(bytesOfCount)).toEqual([
    1, 1, 1, 2, 2, 3, 4,
  ]);
});

// Counted by the formula of the HDF5 library. With small nodes one more record changes the result.
it.each([
  [512, 11, [0, 9, 11, 11, 12, 12]],
  [512, 17, [0, 9, 11, 11, 12, 12]],
  [88, 8, [0, 9, 10, 10, 11]],
  [356, 17, [0, 9, 11, 11, 11]],
] as const)(
  'has pointers of the library in nodes of %i bytes',
  (nodeBytes, recordBytes, widths) => {
    expect(pointerWidths({ nodeBytes, recordBytes }, widths.length - 1, 8)).toEqual(widths);
  },
);
