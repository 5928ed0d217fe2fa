import { describe, expect, it } from 'vitest';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import { DTYPES, ITEM_BYTES } from '#core/elements/dtype.ts';
import { OutputConflictError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { type CsrPart, createCsrPart, findCsrPart } from '#core/sparse/stage/staged-rows.ts';

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const PART: CsrPart = {
  dtype: 'float64',
  rows: 2,
  nnz: 3,
  indptr: [bytesOf(BigInt64Array.of(0n)), bytesOf(BigInt64Array.of(1n, 3n))],
  indices: [bytesOf(Int32Array.of(4, 0, 2))],
  data: [bytesOf(Float64Array.of(1.5)), bytesOf(Float64Array.of(-0, 3))],
};

describe('a staged part', () => {
  it('is found again with its shape, without reading it', async () => {
    const staged = memoryStageStore();
    await createCsrPart(staged, 'csr/000007', PART);
    const part = findCsrPart(await staged.list('csr/'), 'csr/000007', 'float64');
    expect(part).toMatchObject({ uri: 'memory/_staged/csr/000007/data.npy', rows: 2, nnz: 3 });
    expect(part?.objects.map(({ uri }) => uri.split('/').at(-1))).toEqual([
      'indptr.npy',
      'indices.npy',
      'data.npy',
    ]);
    const bytes = staged.objects.get('csr/000007/data.npy') ?? new Uint8Array();
    const { stream, offset, length } = part?.data ?? { offset: 0, length: 0 };
    expect(stream).toEqual({ kind: 'stored', object: 2 });
    expect([...new Float64Array(bytes.slice(offset).buffer, 0, length)]).toEqual([1.5, -0, 3]);
  });

  it('is not there while an array is missing', async () => {
    const staged = memoryStageStore();
    const full = memoryStageStore();
    await createCsrPart(full, 'csr/0', PART);
    for (const [name, bytes] of full.objects) {
      expect(findCsrPart(await staged.list(''), 'csr/0', 'float64')).toBeUndefined();
      await staged.create(name, [bytes]);
    }
    expect(findCsrPart(await staged.list(''), 'csr/0', 'float64')).toBeDefined();
  });

  it('fails to be replaced by another', async () => {
    const staged = memoryStageStore();
    await createCsrPart(staged, 'a', PART);
    await createCsrPart(staged, 'a', PART);
    const other = createCsrPart(staged, 'a', { ...PART, indices: [new Uint8Array(12)] });
    await expect(other).rejects.toThrow(OutputConflictError);
  });

  it.each(DTYPES)('holds %s in npy arrays that say so', async (dtype) => {
    const staged = memoryStageStore();
    const data = [new Uint8Array(3 * ITEM_BYTES[dtype])];
    await createCsrPart(staged, 'x', { ...PART, dtype, data });
    const { source } = (await staged.open('x/data.npy')) ?? expect.fail('not staged');
    const { descr, shape, elements } = await readNpyHeader(
      source,
      { offset: 0, length: source.size },
      'x',
    );
    const one = ITEM_BYTES[dtype] === 1;
    const kind = dtype === 'bool' ? 'b' : dtype.charAt(0);
    expect(descr).toBe(`${one ? '|' : '<'}${kind}${ITEM_BYTES[dtype]}`);
    expect(shape).toEqual([3]);
    expect(elements).toEqual({ offset: 128, length: 3 * ITEM_BYTES[dtype] });
    expect(findCsrPart(await staged.list('x/'), 'x', dtype)?.nnz).toBe(3);
  });
});
