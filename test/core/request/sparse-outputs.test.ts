import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseRequest } from '#core/request/request.ts';

const specOf = (output: object) =>
  parseRequest({ source: 's3://bucket/x.npz', output }).output.spec;

const problemsOf = (output: object) => {
  try {
    specOf(output);
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
  return 'accepted';
};

const LABEL = { column: 'price' };
const LABELS = { uri: 's3://bucket/y.npy' };

describe('an output of a matrix', () => {
  it.each([
    [{ format: 'npz' }, { kind: 'npz' }],
    [{ format: 'mtx' }, { kind: 'mtx', compression: 'none' }],
    [
      { format: 'mtx', compression: 'gzip' },
      { kind: 'mtx', compression: 'gzip' },
    ],
    [
      { format: 'svmlight', zeroBased: false },
      { kind: 'svmlight', zeroBased: false, compression: 'none' },
    ],
    [
      { format: 'svmlight', zeroBased: true, label: LABEL, single: true, compression: 'gzip' },
      { kind: 'svmlight', zeroBased: true, compression: 'gzip', label: LABEL, single: true },
    ],
    [
      { format: 'recordio-protobuf' },
      { kind: 'recordio-protobuf', tensor: 'float32', compression: 'none' },
    ],
    [
      {
        format: 'recordio-protobuf',
        tensor: 'float64',
        label: { column: 0 },
        companions: ['sagemaker'],
      },
      {
        ...{ kind: 'recordio-protobuf', tensor: 'float64', compression: 'none' },
        ...{ label: { column: 0 }, companions: ['sagemaker'] },
      },
    ],
    [
      { format: 'parquet', layout: 'triples' },
      { kind: 'parquet', layout: 'triples', compression: 'zstd', rowGroupBytes: 2 ** 24 },
    ],
    [
      { format: 'parquet' },
      { kind: 'parquet', layout: 'triples', compression: 'zstd', rowGroupBytes: 2 ** 24 },
    ],
    [{ text: { label: LABELS, index: false } }, { kind: 'csv', label: LABELS }],
    [
      { format: 'svmlight', zeroBased: true, label: LABELS },
      { kind: 'svmlight', label: LABELS },
    ],
    [
      { format: 'recordio-protobuf', label: LABELS },
      { kind: 'recordio-protobuf', label: LABELS },
    ],
    [
      {
        format: 'parquet',
        layout: 'lists',
        compression: 'none',
        parquet: { rowGroupBytes: 2 ** 20 },
      },
      { kind: 'parquet', layout: 'lists', compression: 'none', rowGroupBytes: 2 ** 20 },
    ],
    [
      { format: 'parquet', layout: 'lists', parquet: {} },
      { kind: 'parquet', layout: 'lists' },
    ],
    [
      { companions: ['sagemaker', 'hive', 'hive'], text: { label: LABEL } },
      { kind: 'csv', companions: ['hive', 'sagemaker'], label: LABEL },
    ],
  ])('is %j', (output, spec) => {
    expect(specOf(output)).toMatchObject(spec);
  });

  it.each([
    [{ format: 'svmlight' }, 'output.zeroBased must be true or false: whether the first column'],
    [{ format: 'npz', companions: ['hive'] }, 'output.companions must be left out: neither Hive'],
    [{ format: 'mtx', companions: 'hive' }, 'output.companions must be left out: neither Hive'],
    [{ companions: ['quicksight'] }, "must be a list of 'hive', 'sagemaker'"],
    [{ text: { label: { column: -1 } } }, 'label.column must be the name of a column, or its'],
    [{ text: { label: { column: null } } }, 'label.column must be the name of a column, or its'],
    [{ text: { label: 'price' } }, 'must be an object with either column (the name of a column,'],
    [{ text: { label: {} } }, 'label must be an object with either column (the name of a column,'],
    [{ text: { label: { ...LABEL, ...LABELS } } }, 'label must be an object with either column ('],
    [{ text: { label: { uri: 'y.npy' } } }, 'label.uri must be the S3 URI of a .npy of one'],
    [{ text: { label: LABELS, index: true } }, 'an object with either index or label.uri, as a'],
    [{ format: 'parquet', layout: 'wide' }, "output.layout must be 'triples' or 'lists'"],
    [{ format: 'parquet', layout: 'lists', compression: 'snappy' }, '(snappy is of tables)'],
    [{ format: 'parquet', partitionBy: ['a'] }, 'output.partitionBy is for requests of a table'],
  ])('is refused as %j', (output, sentence) => {
    expect(problemsOf(output)).toContain(sentence);
  });
});
