import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { factsOf, locateRows, openSource, parseLayout } from '#core/sources/open-source.ts';
import { sourceFacts, sourceOf } from '#core/sources/source-kinds.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
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

describe('the facts of a source', () => {
  const facts = { kind: 'matrix', format: 'npz', shape: [2, 3], dtype: 'float64', nnz: 2 };

  it('are its layout without where the data lies', () => {
    expect(factsOf(layout)).toEqual(facts);
    expect(factsOf(layout)).not.toHaveProperty('parts');
  });

  it('are looked at by their kind, which must be a known one', () => {
    expect(sourceOf(factsOf(layout))).toMatchObject({ rows: 2, counts: { nnz: 2 } });
    expect(sourceFacts.safeParse(facts).success).toBe(true);
    expect(sourceFacts.safeParse({ ...facts, kind: 'table' }).success).toBe(false);
  });
});

describe('an opened source', () => {
  const store = memoryObjectStore({ 'x.npz': NPZ });
  const [part] = layout.parts;
  const bytesAt = (array: 'indices' | 'data', from: number, itemBytes: number) =>
    part![array].offset + from * itemBytes;

  it('has the name that it is given in messages, and its facts', () => {
    expect(openSource('s3://b/named', layout, store)).toMatchObject({
      ...{ uri: 's3://b/named', kind: 'matrix', shape: [2, 3], nnz: 2 },
    });
  });

  it('finds where its rows lie', async () => {
    const source = openSource('x.npz', layout, store);
    expect(await locateRows(source, { rowStart: 1, rowEnd: 2 })).toEqual({
      indices: { offset: bytesAt('indices', 1, 4), length: 4 },
      data: { offset: bytesAt('data', 1, 8), length: 8 },
    });
    expect(await locateRows(source, { rowStart: 0, rowEnd: 2 })).toMatchObject({
      ...{ indices: { length: 8 }, data: { length: 16 } },
    });
  });

  it('does not find rows that are of two parts', async () => {
    const stacked = { ...layout, shape: [4, 3], nnz: 4, parts: [part!, part!] } as const;
    const source = openSource('x.npz', stacked, store);
    expect(await locateRows(source, { rowStart: 1, rowEnd: 3 })).toBeUndefined();
    expect(await locateRows(source, { rowStart: 2, rowEnd: 4 })).toMatchObject({
      ...{ indices: { offset: bytesAt('indices', 0, 4) } },
    });
  });
});
