import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodeChunkTable } from '#core/containers/hdf5/chunk-table.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import { parseDataset } from '#core/containers/hdf5/dataset.ts';
import { openDatasetOf, openPath, openRoot } from '#core/containers/hdf5/group.ts';
import { lookup3 } from '#core/containers/hdf5/lookup3.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { walkChunks } from '#core/containers/hdf5/walk-chunks.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { withCounting } from '#support/counting-source.ts';
import { damage } from '#support/hdf5-damage.ts';
import { hdf5Bytes, hdf5Fixtures } from '#support/hdf5-fixtures.ts';

async function openDataset(bytes: Uint8Array, file: string) {
  const object = withCounting(memorySource(bytes, file));
  const root = await openRoot(await openHdf5(object));
  return { object, dataset: parseDataset(await openDatasetOf(root, 'd')) };
}

async function makeTable(bytes: Uint8Array, file: string) {
  const { object, dataset } = await openDataset(bytes, file);
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeChunkTable(dataset)) pieces.push(piece);
  return { object, table: Buffer.concat(pieces) };
}

/** Eight bytes, little-endian. */
function numbersOf(value: number): number[] {
  return [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
}

describe.each(hdf5Fixtures.datasets)('the index of $file', ({ file, length, written }) => {
  const bytes = hdf5Bytes(file);

  it('finds every chunk that was written, and no other', async () => {
    const { object, table } = await makeTable(bytes, file);
    const source = chunkedSource({ object, index: memorySource(table), size: length });
    const expected = new Uint8Array(length);
    for (const [value, at] of written.entries()) expected[at] = (value % 100) + 1;
    const read = await source.read({ offset: 0, length });
    expect(Buffer.compare(read, expected)).toBe(0);
  });

  it('is walked in few reads', async () => {
    const { object, table } = await makeTable(bytes, file);
    const blocks = Math.ceil(length / 1024);
    expect(table.length).toBe(80 + length * 16 + blocks * 4);
    expect(object.reads.length).toBeLessThan(40);
  });
});

it.each([
  ['extensible-array.h5', 'EAHD', 60],
  ['fixed-array-pages.h5', 'FAHD', 16],
])('finds no chunk where none was ever written: %s', async (file, signature, address) => {
  const bytes = hdf5Bytes(file);
  const at = Buffer.from(bytes).indexOf(signature, 0, 'latin1') + address;
  const empty = damage(bytes, [[at, new Array<number>(8).fill(0xff)]]);
  const { dataset } = await openDataset(empty, file);
  expect(await Array.fromAsync(walkChunks(dataset))).toEqual([]);
});

it('reads no further than the chunks of a dataset, however many its array could list', async () => {
  const bytes = hdf5Bytes('fixed-array-pages.h5');
  const header = Buffer.from(bytes).indexOf('FAHD', 0, 'latin1');
  // 256 pages of 1,024 entries, none of them written; the file ends after the first read of them.
  const prefix = [...Buffer.from('FADB\0\0'), ...new Array<number>(8 + 32).fill(0)];
  const checksum = [...new Uint8Array(Uint32Array.of(lookup3(Uint8Array.from(prefix))).buffer)];
  const pages = new Array<number>(1024 * 1024).fill(0);
  const long = damage(bytes, [
    [header + 8, [...numbersOf(2 ** 18), ...numbersOf(bytes.length)]],
    [bytes.length, [...prefix, ...checksum, ...pages]],
  ]);
  const { dataset } = await openDataset(long, 'long.h5');
  expect(await Array.fromAsync(walkChunks(dataset))).toEqual([]);
});

it('finds no chunk of a dataset in one piece', async () => {
  const file = memorySource(hdf5Bytes('whole-latest.h5ad'), 'whole-latest.h5ad');
  const group = await openPath(await openRoot(await openHdf5(file)), 'X');
  const dataset = parseDataset(await openDatasetOf(group!, 'data'));
  expect(await Array.fromAsync(walkChunks(dataset))).toEqual([]);
});

it('fails if an index has a chunk that it says was never written', async () => {
  const { file } = hdf5Fixtures.datasets.find((dataset) => dataset.file.includes('extensible'))!;
  const bytes = hdf5Bytes(file).slice();
  const view = new DataView(bytes.buffer);
  const header = Buffer.from(bytes).indexOf('EAHD', 0, 'latin1');
  expect(view.getBigUint64(header + 44, true)).toBeGreaterThan(0n);
  view.setBigUint64(header + 44, 0n, true);
  view.setUint32(header + 68, lookup3(bytes.subarray(header, header + 68)), true);
  await expect(makeTable(bytes, file)).rejects.toThrow(CorruptSourceError);
  await expect(makeTable(bytes, file)).rejects.toThrow('in an index of 0; the file is damaged');
});

it('fails if a page of entries is not what its checksum says', async () => {
  const bytes = Buffer.from(hdf5Bytes('extensible-array.h5'));
  // A data block with pages: after its 22 bytes, 1024 addresses and their checksum.
  const isPage = (start: number, end: number) =>
    end + 4 <= bytes.length && lookup3(bytes.subarray(start, end)) === bytes.readUInt32LE(end);
  const checksums = [...bytes.toString('latin1').matchAll(/EADB/g)]
    .filter(({ index }) => isPage(index + 22, index + 22 + 8 * 1024))
    .map(({ index }) => index + 22 + 8 * 1024);
  expect(checksums.length).toBeGreaterThan(0);
  bytes[checksums[0]!]! ^= 1;
  const making = makeTable(bytes, 'extensible-array.h5');
  await expect(making).rejects.toThrow(CorruptSourceError);
  await expect(making).rejects.toThrow('a header whose checksum is wrong; the file is damaged');
});

it('fails if the keys of a node do not match the chunks below it', async () => {
  const bytes = hdf5Bytes('tree-levels.h5').slice();
  const root = Buffer.from(bytes).indexOf('TREE\x01\x01', 0, 'latin1');
  // The key between its first two children.
  new DataView(bytes.buffer).setBigUint64(root + 24 + 32 + 8, 1n, true);
  const making = makeTable(bytes, 'tree-levels.h5');
  await expect(making).rejects.toThrow("chunks that its parent's keys leave out");
});
