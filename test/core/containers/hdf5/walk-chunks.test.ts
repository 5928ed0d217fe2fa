import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodeChunkTable } from '#core/containers/hdf5/chunk-table.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import { parseDataset } from '#core/containers/hdf5/dataset.ts';
import { openDatasetOf, openRoot } from '#core/containers/hdf5/group.ts';
import { lookup3 } from '#core/containers/hdf5/lookup3.ts';
import { openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { withCounting } from '#support/counting-source.ts';
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
