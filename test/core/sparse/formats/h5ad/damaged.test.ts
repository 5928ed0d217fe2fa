import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { damage } from '#support/hdf5-damage.ts';
import { hdf5Bytes } from '#support/hdf5-fixtures.ts';
import { messageAt } from '#support/hdf5-place.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { readWhole } from '#support/read-whole.ts';
import { CHUNK_INDEXES } from './damages/chunk-indexes.ts';
import { DATASETS } from './damages/datasets.ts';
import { STRUCTURE } from './damages/structure.ts';

async function read(bytes: Uint8Array, file: string, options?: SourceOptions): Promise<void> {
  const { matrix } = await openMatrix(memorySource(bytes, file), options);
  await readWhole(matrix);
}

describe('a damaged file is refused in one sentence', () => {
  it.each([...STRUCTURE, ...DATASETS, ...CHUNK_INDEXES])(
    '%s',
    async (_, file, edit, errorClass, message) => {
      const bytes = hdf5Bytes(file);
      const damaged = damage(bytes, await edit(bytes));
      const reading = read(damaged, file);
      await expect(reading).rejects.toThrow(errorClass);
      await expect(reading).rejects.toThrow(message);
      await expect(reading).rejects.toThrow(file);
    },
  );

  it.each(['10x-v3-earliest.h5', '10x-v3-latest.h5'])(
    'fails on a long shape in %s',
    async (file) => {
      const bytes = hdf5Bytes(file);
      const version = bytes[await messageAt(bytes, 'matrix/shape', 'dataspace')];
      const at = (await messageAt(bytes, 'matrix/shape', 'dataspace')) + (version === 1 ? 8 : 4);
      const reading = read(damage(bytes, [[at, [33]]]), file);
      await expect(reading).rejects.toThrow('has 33 elements, expected at most 32');
    },
  );

  it('fails on anything else that is called HDF5', async () => {
    const reading = read(new Uint8Array(5000), 'x.h5', { format: 'h5ad' });
    await expect(reading).rejects.toThrow('x.h5 is no HDF5 file: it has no superblock at byte 0');
  });

  it.each(['gzip-earliest.h5ad', 'gzip-latest.h5ad', 'many-names-latest.h5ad'])(
    '%s cut anywhere',
    async (file) => {
      const bytes = hdf5Bytes(file);
      for (let length = 1; length < bytes.length; length += 1 + Math.floor(length / 20)) {
        await expect(read(bytes.slice(0, length), file)).rejects.toThrow(file);
      }
    },
  );
});
