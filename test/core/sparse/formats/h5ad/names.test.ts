import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { h5ad, tenx } from '#core/sparse/formats/h5ad/h5ad.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import type { Names } from '#core/sparse/names.ts';
import { hdf5Bytes, hdf5Fixtures } from '#support/hdf5-fixtures.ts';
import { formatInput } from '#support/read-format.ts';

async function textsOf(names: Names | undefined): Promise<string[] | null> {
  return names === undefined ? null : (await Array.fromAsync(names.read())).flat();
}

function inputOf(bytes: Uint8Array<ArrayBuffer>, options: SourceOptions = {}) {
  return formatInput(memorySource(bytes, 'x.h5ad'), options);
}

/** Replaces the only place of a text by another one of the same length. */
function replaced(file: string, from: string, to: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(hdf5Bytes(file));
  const at = bytes.indexOf(from, 0, 'latin1');
  bytes.write(to, at, 'latin1');
  return new Uint8Array(bytes);
}

describe('names in HDF5 files', () => {
  it.each(hdf5Fixtures.named)('are those of $file with $options', async (expected) => {
    const { file, options, rows, columns, title } = expected;
    const input = inputOf(hdf5Bytes(file), options);
    const found = await h5ad.rowNames!(input);
    expect(await textsOf(found)).toEqual(rows);
    expect(found === undefined ? null : (found.title ?? '')).toBe(title);
    expect(await textsOf(await h5ad.columnNames!(input))).toEqual(columns);
    expect(await textsOf(await tenx.rowNames!(input))).toEqual(rows);
  });

  it('are named by their place', async () => {
    const input = inputOf(hdf5Bytes('names-earliest.h5ad'));
    expect((await h5ad.rowNames!(input))?.uri).toBe('obs/id in x.h5ad');
  });

  it('fail where the heap that has their texts is damaged', async () => {
    const broken = replaced('names-layers-counts.h5ad', 'GCOL', 'GXXX');
    const input = inputOf(broken, { layer: 'layers/counts' });
    await expect(async () => textsOf(await h5ad.columnNames!(input))).rejects.toThrow(
      CorruptSourceError,
    );
  });

  it('fail where they are not UTF-8', async () => {
    const broken = replaced('names-fixed.h5ad', 'c11', '\xff11');
    await expect(async () => textsOf(await h5ad.rowNames!(inputOf(broken)))).rejects.toThrow(
      'obs/_index in x.h5ad has a text that is not UTF-8',
    );
  });

  it.each([
    ['floats', 'names-floats.h5ad', UnsupportedSourceError, 'holds names of type "float64"'],
    ['a code of no category', 'names-codes.h5ad', CorruptSourceError, 'has the code 2 of 2 categ'],
    ['too many categories', 'names-many.h5ad', BoundExceededError, 'has more than 1048576 texts'],
  ])('fail where an index has %s', async (_, file, errorClass, sentence) => {
    const reading = async () => textsOf(await h5ad.rowNames!(inputOf(hdf5Bytes(file))));
    await expect(reading).rejects.toThrow(errorClass);
    await expect(reading).rejects.toThrow(sentence);
  });

  it('are none of rows in a 10x file without barcodes', async () => {
    const input = inputOf(hdf5Bytes('10x-no-barcodes.h5'));
    expect(await tenx.rowNames!(input)).toBeUndefined();
  });

  it('are none where the frame or its index is of another form', async () => {
    expect(await h5ad.rowNames!(inputOf(hdf5Bytes('names-old.h5ad')))).toBeUndefined();
    expect(await h5ad.columnNames!(inputOf(hdf5Bytes('names-old.h5ad')))).toBeUndefined();
  });
});
