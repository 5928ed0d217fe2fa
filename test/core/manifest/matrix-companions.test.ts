import { describe, expect, it } from 'vitest';
import { companionObjects, listedCompanions } from '#core/manifest/companions.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const FACTS: MatrixFacts = {
  ...{ kind: 'matrix', format: 'npz' },
  ...{ shape: [9, 3], dtype: 'float32', nnz: 4 },
};

const BOTH = ['hive', 'sagemaker'] as const;

const runOf = (output: MatrixOutputSpec, facts = FACTS, chunks = 2) => ({
  ...{ output, facts, chunks, generation: 1, base: EMPTY_BASE },
  location: { bucket: 'bucket', prefix: 'out/My Set/' },
});

function textsOf(output: MatrixOutputSpec, facts?: MatrixFacts, chunks?: number) {
  const objects = companionObjects(runOf(output, facts, chunks));
  return Object.fromEntries(objects.map(({ key, pieces }) => [key, [...pieces()].join('')]));
}

const problemOf = (spec: MatrixOutputSpec, facts: Partial<MatrixFacts> = {}) =>
  matrixOutputOf(spec).problem?.({ ...FACTS, ...facts });

const csv = (words: object = {}, dialect: object = {}): MatrixOutputSpec => ({
  ...{ ...PLAIN_CSV, companions: [...BOTH], ...words },
  dialect: { ...PLAIN_CSV.dialect, ...dialect },
});

const PARQUET = {
  ...{ kind: 'parquet', compression: 'zstd', rowGroupBytes: 2 ** 20 },
  companions: ['hive'],
} satisfies Partial<MatrixOutputSpec>;

describe('the companions of a matrix', () => {
  it('list its chunks for SageMaker, and for Hive with the statement of a table', () => {
    const texts = textsOf(csv({}, { delimiter: '\t', naRep: "n'a" }));
    const folder = 'out/My Set/_manifest';
    expect(texts).toEqual({
      [`${folder}/hive/symlink/symlink.txt`]:
        's3://bucket/out/My Set/data/chunk-000000.csv\ns3://bucket/out/My Set/data/chunk-000001.csv\n',
      [`${folder}/hive/table.sql`]: `CREATE EXTERNAL TABLE \`my_set\` (
  c0 double,
  c1 double,
  c2 double
)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' NULL DEFINED AS 'n\\'a'
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://bucket/out/My Set/_manifest/hive/symlink/';
`,
      [`${folder}/sagemaker/manifest-file.json`]:
        '[{"prefix":"s3://bucket/out/My Set/"},\n"data/chunk-000000.csv",\n"data/chunk-000001.csv"]\n',
    });
    expect(listedCompanions(runOf(csv()))).toHaveLength(3);
    expect(textsOf({ ...PLAIN_CSV })).toEqual({});
    expect(textsOf({ kind: 'npz' })).toEqual({});
  });

  it('give Glue a table whose statement is too long for Athena', () => {
    const wide = { ...FACTS, shape: [9, 20_000] as const, dtype: 'int64' as const };
    const texts = textsOf(csv(), wide);
    expect(Object.keys(texts)[1]).toBe('out/My Set/_manifest/hive/table.json');
    const table = JSON.parse(texts['out/My Set/_manifest/hive/table.json']!);
    expect(table.StorageDescriptor.Columns).toHaveLength(20_000);
    expect(table.StorageDescriptor.Columns.at(-1)).toEqual({ Name: 'c19999', Type: 'bigint' });
    const narrow = textsOf(csv(), { ...wide, shape: [9, 16_000] });
    expect(Object.keys(narrow)[1]).toBe('out/My Set/_manifest/hive/table.sql');
  });

  it('are none for Hive where a format has no columns', () => {
    const spec = { kind: 'svmlight', zeroBased: true, compression: 'none' } as const;
    expect(textsOf({ ...spec, companions: ['hive'] })).toEqual({});
  });

  it('list many files in pieces', () => {
    const spec = { ...PLAIN_CSV, companions: ['sagemaker' as const] };
    const [{ pieces } = { pieces: () => [] }] = companionObjects(runOf(spec, FACTS, 2_500));
    expect([...pieces()]).toHaveLength(3);
    expect(JSON.parse([...pieces()].join(''))).toHaveLength(2_501);
  });

  it.each([
    ['triples', '  `row` bigint,\n  `column` int,\n  `value` float\n'],
    ['lists', '  `row` bigint,\n  `columns` array<int>,\n  `values` array<float>\n'],
  ] as const)('have the columns of Parquet as %s', (layout, columns) => {
    const texts = textsOf({ ...PARQUET, layout });
    expect(texts['out/My Set/_manifest/hive/table.sql']).toContain(`(\n${columns})`);
  });

  it.each([
    ['a header line', csv({}, { header: 'first-chunk' }), {}, /hive: Hive takes the header line/],
    ['names of rows', csv({}, { index: true }), {}, /hive: names of rows may be quoted/],
    [
      'labels of an object',
      csv({ label: { uri: 's3://b/y.npy' } }),
      {},
      /hive: labels of an object may be quoted/,
    ],
    ['a matrix without columns', csv(), { shape: [9, 0] }, /hive: a table of Hive has columns/],
    [
      'lines that are too long',
      csv(),
      { shape: [9, 1e8] },
      /hive: a line may have 2400000000 bytes, and Hive reads 2147483647/,
    ],
    [
      'columns of several dtypes',
      csv(),
      { columnTypes: { groups: [{ dtype: 'int8', columns: 3 }], crc32: '00000000' } },
      /hive: the columns have 1 groups of dtypes/,
    ],
    [
      'a header line',
      csv({ companions: ['sagemaker'] }, { header: 'first-chunk' }),
      {},
      /sagemaker: SageMaker takes the header/,
    ],
    ['one object', csv({ single: true }), {}, /hive: it lists files, and with output.single/],
    [
      'svmlight for Hive',
      { kind: 'svmlight', zeroBased: true, compression: 'none', companions: [...BOTH] },
      {},
      /hive: svmlight has no columns/,
    ],
    [
      'RecordIO for Hive',
      { kind: 'recordio-protobuf', tensor: 'float32', compression: 'none', companions: [...BOTH] },
      {},
      /hive: recordio-protobuf has no columns/,
    ],
    [
      'numbers without a sign',
      { ...PARQUET, layout: 'lists' },
      { dtype: 'uint32' },
      /hive: values are uint32/,
    ],
    [
      'Parquet for SageMaker',
      { ...PARQUET, layout: 'lists', companions: ['sagemaker'] },
      {},
      /sagemaker: the algorithms of SageMaker do not read/,
    ],
  ] as const)('are refused with %s', (_, spec, facts, sentence) => {
    expect(problemOf(spec as MatrixOutputSpec, facts as Partial<MatrixFacts>)).toMatch(sentence);
  });

  it('are written where their readers can take the output', () => {
    expect(problemOf(csv())).toBeUndefined();
    expect(problemOf({ ...PARQUET, layout: 'triples' })).toBeUndefined();
    for (const spec of [
      { kind: 'svmlight', zeroBased: true, compression: 'none', companions: ['sagemaker'] },
      {
        kind: 'recordio-protobuf',
        tensor: 'float32',
        compression: 'none',
        companions: ['sagemaker'],
      },
    ] satisfies MatrixOutputSpec[]) {
      expect(problemOf(spec)).toBeUndefined();
    }
  });
});
