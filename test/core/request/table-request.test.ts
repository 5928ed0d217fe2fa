import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseRequest } from '#core/request/request.ts';
import { parseTableRequest, tableSpecOf } from '#core/request/table-request.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';

const source = 's3://raw/events.csv';

function problemsOf(input: unknown, parse: (input: unknown) => unknown = parseTableRequest) {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof RequestError) return error.problems;
    throw error;
  }
  return [];
}

const CSV = {
  delimiter: ',',
  quote: '"',
  header: true,
  nullText: [''],
  quotedNewlines: true,
};

describe('parseTableRequest', () => {
  it('fills in every default of the shortest request', () => {
    expect(parseTableRequest({ source })).toEqual({
      source: { uris: [source], csv: CSV, byName: false },
      schema: undefined,
      columns: {},
      onBadRow: 'fail',
      output: { format: 'parquet', compression: 'zstd', rowGroupBytes: 134_217_728 },
      size: { targetFileBytes: 536_870_912 },
      expect: {},
      place: { uri: null, mode: 'create' },
      concurrency: 500,
      outputBytes: 10_000_000_000_000,
      dryRun: false,
    });
  });

  it('keeps the fields of the request', () => {
    const uris = ['s3://raw/a/', 's3://raw/b/'];
    const request = parseTableRequest({
      source: { uris, format: 'csv', compression: 'gzip', csv: { delimiter: ';' }, byName: true },
      schema: { id: 'bigint', price: { type: 'decimal(12,2)', lossy: true } },
      columns: { price: { from: 'Price USD' }, junk: 'drop' },
      transform: { sql: 'select id from input' },
      onBadRow: 'reject',
      expect: { rows: 7, columns: 2 },
      output: {
        uri: 's3://lake/out',
        mode: 'overwrite',
        files: 3,
        parquet: { rowGroupBytes: 2e6 },
      },
      limits: { concurrency: 9, outputBytes: 1e6 },
      dryRun: true,
    });
    expect(request).toMatchObject({
      source: { uris, format: 'csv', compression: 'gzip', csv: { ...CSV, delimiter: ';' } },
      schema: [{ name: 'id' }, { name: 'price', lossy: true }],
      columns: { price: { from: ['Price USD'] }, junk: 'drop' },
      output: { format: 'parquet', compression: 'zstd', rowGroupBytes: 2e6 },
      size: { files: 3 },
      place: { uri: 's3://lake/out/', mode: 'overwrite' },
      transform: { sql: 'select id from input' },
      ...{ onBadRow: 'reject', expect: { rows: 7, columns: 2 } },
      ...{ concurrency: 9, outputBytes: 1e6, dryRun: true },
    });
  });

  it('takes rows of a file in place of its size', () => {
    const { size } = parseTableRequest({ source, chunking: { rows: 7 } });
    expect(size).toEqual({ rows: 7 });
  });

  it('takes the version of one object, also from an S3 event', () => {
    expect(parseTableRequest({ source: { uri: source, versionId: 'v' } }).source.versionId).toBe(
      'v',
    );
    const object = { key: 'events.csv', 'version-id': 'w' };
    const detail = { bucket: { name: 'raw' }, object };
    const event = { 'detail-type': 'Object Created', source: 'aws.s3', detail };
    expect(parseTableRequest(event).source).toMatchObject({ uris: [source], versionId: 'w' });
  });

  it.each([
    ['csv', {}, { format: 'csv', compression: 'none', header: true, delimiter: ',' }],
    [
      'csv',
      { compression: 'gzip', csv: { header: false, delimiter: '\t' } },
      { format: 'csv', compression: 'gzip', header: false, delimiter: '\t' },
    ],
    ['jsonl', { compression: 'zstd' }, { format: 'jsonl', compression: 'zstd' }],
  ])('makes files of %s with %j', (format, fields, output) => {
    expect(parseTableRequest({ source, output: { format, ...fields } }).output).toEqual(output);
  });

  it('takes a function by its name, with what it gives back', () => {
    const parsed = (transform: object) => parseTableRequest({ source, transform }).transform;
    expect(parsed({ lambda: 'clean' })).toEqual({ lambda: 'clean', rows: 'same' });
    const declared = { lambda: 'clean', rows: 'fewer', schema: { n: 'int' } };
    expect(parsed(declared)).toEqual({ ...declared, schema: tableSchema.parse({ n: 'int' }) });
  });

  it.each([
    [{ source, output: { files: 0 } }, /^output\.files must be .*got 0$/],
    [{ source, output: { targetFileBytes: 1000 } }, /^output\.targetFileBytes must be /],
    [
      { source, output: { files: 1, targetFileBytes: 2 ** 28 } },
      /^output must be given either targetFileBytes or files, not both/,
    ],
    [
      { source, output: { format: 'orc' } },
      /must be 'parquet', 'csv', 'jsonl' or 'postgres', got "orc"$/,
    ],
    [{ source, output: 7 }, /^output must be an object with uri, mode, format/],
    [{ source, output: { companions: 'hive' } }, /^output\.companions must be a list of 'hive'/],
    [{ source, output: { companions: ['delta'] } }, /^output\.companions.* must be a list of/],
    [
      { source, output: { format: 'csv', companions: ['hive'] } },
      /^output\.companions has hive: csv is not read by Hive/,
    ],
    [
      { source, output: { format: 'jsonl', compression: 'zstd', companions: ['hive'] } },
      /^output\.companions has hive: jsonl in zstd/,
    ],
    [{ source, output: { mode: 'append' } }, /^output must be given with its uri where mode is/],
    [{ source, output: { format: 'csv', compression: 'snappy' } }, /^output\.compression must be/],
    [{ source: { uri: source, format: 'xlsx' } }, /^source\.format must be 'csv', 'jsonl' or/],
    [
      { source: { csv: {} } },
      /^source must be an object with one of uri, uris, inbox and postgres/,
    ],
    [{ source, schema: { id: 'varint' } }, /^schema\.id must be .*got/],
    [{ source, schema: { id: 'int' }, columns: { x: {} } }, /columns names "x".*add it there/],
    [{ source, onBadRow: 'skip' }, /^onBadRow must be 'fail' or 'reject', got "skip"$/],
    [{ source, transform: { sql: ' ' } }, /^transform\.sql must be one SELECT over input/],
    [{ source, transform: { sql: 'x'.repeat(65_537) } }, /^transform\.sql must be one SELECT/],
    [
      { source, transform: 'select' },
      /^transform must be an object with sql and functions, or with lambda, schema and rows, got "select"$/,
    ],
    [{ source, transform: {} }, /^transform must be either sql or lambda, and not both/],
    [
      { source, transform: { sql: 'select', lambda: 'clean' } },
      /^transform must be either sql or lambda, and not both/,
    ],
    [{ source, transform: { sql: 'select', rows: 'same' } }, /^transform .*only with lambda/],
    [
      { source, transform: { lambda: 'clean', functions: 'clean' } },
      /^transform must be functions only with sql/,
    ],
    [
      { source, transform: { lambda: 'arn:aws:lambda:us-east-1:1:function:f:1' } },
      /^transform\.lambda must be .* an ARN is refused, got "arn:aws/,
    ],
    [
      { source, transform: { lambda: 'clean', rows: 'more' } },
      /^transform\.rows must be 'same' or 'fewer', got "more"$/,
    ],
    [{ source, transform: { lambda: 'clean', schema: { a: 'int8' } } }, /^transform\.schema\.a/],
    [
      { source, transform: { sql: 'x', functions: '' } },
      /^transform\.functions must be the name of/,
    ],
    [
      { source, transform: { sql: 'x', functions: 7 } },
      /^transform\.functions must be the name of/,
    ],
    [{ source, dryRun: 'yes' }, /^dryRun must be true or false/],
    [{ source, chunking: { rows: 0 } }, /^chunking\.rows must be .*got 0$/],
    [{ source, chunking: 7 }, /^chunking must be an object with rows, or keysWhole, got 7$/],
    [
      { source, chunking: { rows: 7 }, output: { files: 1 } },
      /^chunking must be given without output\.targetFileBytes and output\.files, which/,
    ],
    [
      { source, chunking: { rows: 7 }, output: { targetFileBytes: 2 ** 28 } },
      /^chunking must be given without output\.targetFileBytes/,
    ],
    [{ source, nonsense: 1 }, /^the request has unknown keys "nonsense"/],
  ])('refuses %j', (request, problem) => {
    expect(problemsOf(request)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('companions', () => {
  it('are once each in the spec of the run, or not there', () => {
    const asked = parseTableRequest({ source, output: { companions: ['hive', 'hive'] } });
    expect(tableSpecOf(asked)).toEqual({
      kind: 'table',
      file: asked.output,
      companions: ['hive'],
    });
    const bare = parseTableRequest({ source, output: { companions: [] } });
    expect(tableSpecOf(bare)).toEqual({ kind: 'table', file: bare.output });
  });
});

describe('fields of the other wing', () => {
  it.each([
    [{ source: { uri: source, layer: 'x' } }, /^source\.layer is for requests of a sparse matrix/],
    [{ source, output: { text: {} } }, /^output\.text is for requests of a sparse matrix/],
    [
      { source, chunking: { targetBytes: 9 } },
      /^chunking\.targetBytes is for requests of a sparse/,
    ],
    [{ source, expect: { nnz: 1 } }, /^expect\.nnz is for requests of a sparse matrix/],
  ])('are refused by name in a table: %j', (request, problem) => {
    expect(problemsOf(request)).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    [{ source, schema: {} }, /^schema is for requests of a table, but this one is of a sparse/],
    [{ source: { uri: source, csv: {} } }, /^source\.csv is for requests of a table/],
    [{ source, output: { files: 1 } }, /^output\.files is for requests of a table/],
  ])('are refused by name in a matrix: %j', (request, problem) => {
    expect(problemsOf(request, parseRequest)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('presets of a deployment', () => {
  const limits = { concurrency: 3 };

  it('of a matrix leave a table alone, but for what both have', () => {
    const presets = { output: { compression: 'gzip', text: { header: 'none' } }, limits };
    const { output, concurrency } = parseTableRequest({ source }, { ...presets, dryRun: true });
    expect(output).toMatchObject({ format: 'parquet', compression: 'zstd' });
    expect(concurrency).toBe(3);
  });

  it('of a table are used, and leave a matrix alone', () => {
    const presets = { schema: { id: 'int' }, output: { format: 'jsonl' }, limits };
    expect(parseTableRequest({ source }, presets)).toMatchObject({
      schema: [{ name: 'id' }],
      output: { format: 'jsonl' },
    });
    const matrix = parseRequest({ source: 's3://raw/a.npz' }, presets);
    expect(matrix).toMatchObject({ output: { spec: { kind: 'csv' } }, concurrency: 3 });
  });
});
