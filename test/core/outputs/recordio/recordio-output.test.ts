import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { RecordioSpec, Tensor } from '#core/outputs/recordio/recordio-spec.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { encodeOutput, factsOfSlice } from '#support/encode-output.ts';

const specOf = (tensor: Tensor): RecordioSpec => ({
  ...{ kind: 'recordio-protobuf', tensor, compression: 'none' },
});

/** Splits the fields of a message of protobuf: each holds bytes. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!;
    if ((tag & 7) !== 2) throw new Error(`field ${tag >> 3} does not hold bytes`);
    const [length, from] = varintAt(bytes, at + 1);
    fields.set(tag >> 3, bytes.subarray(from, from + length));
    at = from + length;
  }
  return fields;
}

function varintAt(bytes: Uint8Array, at: number): [value: number, after: number] {
  let value = 0;
  for (let to = at, scale = 1; ; to += 1, scale *= 128) {
    value += (bytes[to]! & 0x7f) * scale;
    if (bytes[to]! < 0x80) return [value, to + 1];
  }
}

function varintsOf(bytes: Uint8Array = Uint8Array.of()): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, after] = varintAt(bytes, at);
    numbers.push(value);
    at = after;
  }
  return numbers;
}

const TENSOR_FIELDS = { float32: 2, float64: 3 } as const;

/** The fields of the tensor of an entry of a map. */
function tensorOf(entry: Uint8Array, tensor: Tensor) {
  const feature = fieldsOf(entry);
  expect(Buffer.from(feature.get(1)!).toString()).toBe('values');
  return fieldsOf(fieldsOf(feature.get(2)!).get(TENSOR_FIELDS[tensor])!);
}

function numbersOf(bytes: Uint8Array | undefined, tensor: Tensor): number[] {
  const stored = Uint8Array.from(bytes ?? []).buffer;
  return [...(tensor === 'float32' ? new Float32Array(stored) : new Float64Array(stored))];
}

/** Records as SageMaker's record.proto describes them. */
function recordsOf(bytes: Buffer, tensor: Tensor) {
  const records: Record<string, number[]>[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes.readUInt32LE(at)).toBe(0xced7230a);
    const length = bytes.readUInt32LE(at + 4);
    const padded = Math.ceil(length / 4) * 4;
    expect(bytes.subarray(at + 8 + length, at + 8 + padded)).toEqual(Buffer.alloc(padded - length));
    const record = fieldsOf(bytes.subarray(at + 8, at + 8 + length));
    const found = tensorOf(record.get(1)!, tensor);
    const label = record.get(2) && tensorOf(record.get(2)!, tensor).get(1);
    expect(record.size).toBe(label === undefined ? 1 : 2);
    const values = numbersOf(found.get(1), tensor);
    const shape = varintsOf(found.get(3));
    const labels = label && { label: numbersOf(label, tensor) };
    records.push({ values, keys: varintsOf(found.get(2)), shape, ...labels });
    at += 8 + padded;
  }
  return records;
}

function expected({ indptr, indices, data }: CsrSlice, columns: number, tensor: Tensor) {
  const round = tensor === 'float32' ? Math.fround : (value: number) => value;
  return Array.from({ length: indptr.length - 1 }, (_, row) => ({
    values: Array.from(data.subarray(indptr[row], indptr[row + 1]) as Float64Array, (value) =>
      round(Number(value)),
    ),
    keys: [...indices.slice(indptr[row], indptr[row + 1])],
    shape: [columns],
  }));
}

describe.each(['float32', 'float64'] as const)('RecordIO of %s', (tensor) => {
  it('has the entries of each row', () => {
    fc.assert(
      fc.property(matrices, fc.array(fc.nat(12), { maxLength: 3 }), ({ slice, options }, cuts) => {
        const facts = factsOfSlice(slice, options);
        const { bytes } = encodeOutput(specOf(tensor), facts, cutSlice(slice, cuts), [70, 9]);
        expect(recordsOf(bytes, tensor)).toEqual(expected(slice, options.columns, tensor));
      }),
    );
  });

  it('has the first column as the label, and the others as features', () => {
    const indptr = Int32Array.of(0, 2, 3, 3);
    const slice = {
      ...{ rowStart: 0, rowEnd: 3, nnz: 3, indptr, indices: Int32Array.of(0, 200, 1) },
      data: Float64Array.of(7, 0.5, 2),
    };
    const facts = { shape: [3, 201], dtype: 'float64', nnz: 3, labelColumn: 9 } as const;
    const spec = { ...specOf(tensor), label: { column: 9 } };
    const { bytes } = encodeOutput(spec, facts, [slice], [33, 50]);
    expect(recordsOf(bytes, tensor)).toEqual([
      { label: [7], values: [0.5], keys: [199], shape: [200] },
      { label: [0], values: [2], keys: [0], shape: [200] },
      { label: [0], values: [], keys: [], shape: [200] },
    ]);
    const { min, max } = matrixOutputOf(spec).bounds(facts);
    expect(bytes.length).toBeGreaterThanOrEqual(min);
    expect(bytes.length).toBeLessThanOrEqual(max);
  });

  it('counts the bytes of the number of columns without that of the label', () => {
    const slice = {
      ...{ rowStart: 0, rowEnd: 1, nnz: 1, indptr: Int32Array.of(0, 1) },
      ...{ indices: Int32Array.of(127), data: Float64Array.of(2) },
    };
    const facts = { shape: [1, 128], dtype: 'float64', nnz: 1, labelColumn: 0 } as const;
    const { bytes } = encodeOutput({ ...specOf(tensor), label: { column: 0 } }, facts, [slice]);
    expect(recordsOf(bytes, tensor)).toEqual([
      { label: [0], values: [2], keys: [126], shape: [127] },
    ]);
  });

  it('has the labels of an object, and all columns as features', () => {
    const texts = Buffer.from('0.1-inf2e3');
    const rowNames = {
      ...{ rowStart: 0, rowEnd: 3, bytes: texts },
      ...{ starts: Uint32Array.of(0, 3, 7), ends: Uint32Array.of(3, 7, 10) },
    };
    const slice = {
      ...{ rowStart: 0, rowEnd: 3, nnz: 3, indptr: Int32Array.of(0, 2, 3, 3), rowNames },
      ...{ indices: Int32Array.of(0, 127, 1), data: Float64Array.of(7, 0.5, 2) },
    };
    const object = { uri: 's3://b/y', etag: '', versionId: null, size: 10 };
    const labels = { object, dtype: 'text', longestBytes: 4 } as const;
    const facts = { shape: [3, 128], dtype: 'float64', nnz: 3, labels } as const;
    const spec = { ...specOf(tensor), label: { uri: object.uri } };
    const { bytes } = encodeOutput(spec, facts, [slice], [33, 50]);
    const tenth = tensor === 'float32' ? Math.fround(0.1) : 0.1;
    expect(recordsOf(bytes, tensor)).toEqual([
      { label: [tenth], values: [7, 0.5], keys: [0, 127], shape: [128] },
      { label: [Number.NEGATIVE_INFINITY], values: [2], keys: [1], shape: [128] },
      { label: [2000], values: [], keys: [], shape: [128] },
    ]);
    const { min, max } = matrixOutputOf(spec).bounds(facts);
    expect(bytes.length).toBeGreaterThanOrEqual(min);
    expect(bytes.length).toBeLessThanOrEqual(max);
  });

  it('holds columns of any number', () => {
    const columns = [0, 127, 128, 16_383, 16_384, 2 ** 21 - 1, 2 ** 21, 2 ** 28 - 1, 2 ** 28];
    const indices = Int32Array.from([...columns, 2 ** 31 - 2]);
    const data = Uint8Array.from(indices, (_, at) => at);
    const indptr = Int32Array.of(0, indices.length);
    const slice = { rowStart: 0, rowEnd: 1, indptr, indices, data, nnz: indices.length };
    const facts = { shape: [1, 2 ** 31 - 1], dtype: 'uint8', nnz: indices.length } as const;
    const { bytes } = encodeOutput(specOf(tensor), facts, [slice]);
    expect(recordsOf(bytes, tensor)).toEqual(expected(slice, 2 ** 31 - 1, tensor));
  });
});

describe('RecordIO as one object', () => {
  it('has parts whose bounds count every entry, but for those that may be labels', () => {
    const spec = { ...specOf('float32'), single: true } as const;
    const facts = { shape: [10, 100], dtype: 'float32', nnz: 50 } as const;
    const { part } = matrixOutputOf(spec);
    const least = part!.bounds(facts).min;
    expect(least).toBe(part!.bounds({ ...facts, nnz: 0 }).min + 50 * 5);
    const labelled = { ...facts, labelColumn: 3 };
    expect(part!.bounds(labelled).min).toBe(part!.bounds({ ...labelled, nnz: 10 }).min + 40 * 5);
  });
});
