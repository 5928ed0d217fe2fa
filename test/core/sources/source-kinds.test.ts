import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { parseLayout } from '#core/sources/source-kinds.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

const NPZ = writeNpz({
  ...{ shape: [2, 3], dtype: 'float64' },
  ...{ indptr: [0, 1, 2], indices: [0, 2], data: [1, 2] },
});

const { layout } = await openMatrix(memorySource(NPZ, 'x.npz'));

describe('a layout', () => {
  it('is read back as it was written', () => {
    expect(parseLayout(JSON.stringify(layout))).toEqual(layout);
  });

  it.each([
    ['a negative number of entries', { ...layout, nnz: -1 }, 'nnz: '],
    ['a shape of three lengths', { ...layout, shape: [1, 2, 3] }, 'shape'],
    ['no parts', { ...layout, parts: [] }, 'parts: '],
    ['a field that nobody wrote', { ...layout, colour: 'red' }, 'damaged: '],
  ])('fails with %s', (_, damaged, named) => {
    const parse = () => parseLayout(JSON.stringify(damaged));
    expect(parse).toThrow(CorruptSourceError);
    expect(parse).toThrow('the layout of the source is damaged');
    expect(parse).toThrow(named);
  });
});
