import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { Fields } from '#core/containers/hdf5/fields.ts';
import { listNames, openPath, openRoot } from '#core/containers/hdf5/group.ts';
import { readCommitted } from '#core/containers/hdf5/object-header.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { damage } from '#support/hdf5-damage.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';

async function rootOf(bytes: Uint8Array) {
  return await openRoot(await openHdf5(memorySource(bytes)));
}

it.each(['X/data/more', 'X/none', 'X/none/more', 'none'])('has nothing at %s', async (path) => {
  const root = await rootOf(hdf5Bytes('whole-latest.h5ad'));
  expect(await openPath(root, path)).toBeUndefined();
});

it('is its own path, whatever slashes are in it', async () => {
  const root = await rootOf(hdf5Bytes('whole-latest.h5ad'));
  expect(await openPath(root, '/')).toBe(root);
  expect(await openPath(root, '//X//data/')).toMatchObject({ path: 'X/data' });
});

it('reads a link that is so short that its record holds it', async () => {
  const bytes = hdf5Bytes('many-names-latest.h5ad');
  const names = await listNames(await rootOf(bytes));
  expect(names).not.toContain('q');
  // After the hash: a tiny object of 5 bytes, which is a link of version 1, of a user's type, "q".
  const record = Buffer.from(bytes).indexOf('BTLF', 0, 'latin1') + 10;
  const tiny = damage(bytes, [[record, [0x24, 1, 8, 64, 1, 'q'.charCodeAt(0)]]]);
  const changed = await listNames(await rootOf(tiny));
  expect(changed).toHaveLength(names.length);
  expect(changed.filter((name) => !names.includes(name))).toEqual(['q']);
});

it('fails on a name of an older file that points nowhere', async () => {
  const bytes = hdf5Bytes('whole-earliest.h5ad');
  const entry = Buffer.from(bytes).indexOf('SNOD', 0, 'latin1') + 8;
  const nowhere = damage(bytes, [[entry + 8, Array<number>(8).fill(0xff)]]);
  await expect(async () => listNames(await rootOf(nowhere))).rejects.toThrow(
    'has a name that points nowhere; the file is damaged',
  );
});

it('fails on a committed datatype that is not there', async () => {
  const file = await openHdf5(memorySource(hdf5Bytes('whole-earliest.h5ad'), 'x.h5ad'));
  const bytes = new Uint8Array(10);
  bytes[0] = 2;
  new DataView(bytes.buffer).setBigUint64(2, BigInt(file.root), true);
  const place = new Fields({ bytes, at: 0, where: 'X in x.h5ad', sizes: file.sizes });
  await expect(readCommitted(file, place)).rejects.toThrow(
    'X in x.h5ad refers to a committed datatype that is not there',
  );
});
