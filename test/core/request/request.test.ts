import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { OUTPUT_KINDS } from '#core/outputs/output-kinds.ts';
import { parseRequest } from '#core/request/request.ts';

function problemsOf(input: unknown): readonly string[] {
  try {
    parseRequest(input);
  } catch (error) {
    if (error instanceof RequestError) return error.problems;
    throw error;
  }
  return [];
}

const source = 's3://data/matrix.npz';

const TYPED = { profile: 'typed', delimiter: ',', naRep: '', header: 'none' };
const LINES = { lineTerminator: '\n', encoding: 'utf-8' };

describe('parseRequest', () => {
  it('fills in every default of the shortest request', () => {
    expect(parseRequest({ source })).toEqual({
      source: { uris: [source], options: {} },
      expect: {},
      output: {
        uri: null,
        mode: 'create',
        spec: { kind: 'csv', dialect: { ...TYPED, ...LINES }, compression: 'none' },
      },
      chunking: 'automatic',
      concurrency: 500,
      outputBytes: 10_000_000_000_000,
      dryRun: false,
    });
  });

  it('keeps the fields of the request', () => {
    const request = parseRequest({
      source: { uri: source, versionId: 'v1', format: 'npz' },
      expect: { rows: 0, dtype: 'int64' },
      output: {
        uri: 's3://out/folder',
        text: {
          profile: 'pandas-1',
          delimiter: '\t',
          naRep: 'NULL',
          header: 'first-chunk',
          index: true,
        },
      },
      chunking: { rows: 50_000 },
      limits: { concurrency: 7 },
      dryRun: true,
    });
    expect(request.source).toEqual({
      uris: [source],
      versionId: 'v1',
      options: { format: 'npz' },
    });
    expect(request.expect).toEqual({ rows: 0, dtype: 'int64' });
    expect(request.output.uri).toBe('s3://out/folder/');
    expect(request.output.spec).toHaveProperty('dialect', {
      ...LINES,
      profile: 'zero0',
      delimiter: '\t',
      naRep: 'NULL',
      header: 'first-chunk',
      index: true,
    });
    expect(request.chunking).toEqual({ rows: 50_000 });
    expect(request.concurrency).toBe(7);
    expect(request.dryRun).toBe(true);
  });

  it('reads the S3 event that EventBridge passes on untouched', () => {
    const event = {
      version: '0',
      id: '17793124-05d4-b198-2fde-7ededc63b103',
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: '111122223333',
      time: '2021-11-12T00:00:00Z',
      region: 'ca-central-1',
      resources: ['arn:aws:s3:::data'],
      detail: {
        version: '0',
        bucket: { name: 'data' },
        object: {
          key: 'in/x y.npz',
          size: 5,
          etag: 'b1946',
          'version-id': 'IYV3',
          sequencer: '00',
        },
        reason: 'PutObject',
      },
    };
    const uris = ['s3://data/in/x y.npz'];
    expect(parseRequest(event).source).toEqual({ uris, versionId: 'IYV3', options: {} });
    const { 'version-id': _, ...object } = event.detail.object;
    const unversioned = { ...event, detail: { ...event.detail, object } };
    expect(parseRequest(unversioned).source).toEqual({ uris, options: {} });
  });

  it('lays a request over the defaults of the deployment, field by field', () => {
    const defaults = {
      output: { text: { profile: 'empty' } },
      chunking: { rows: 10 },
      limits: { concurrency: 3 },
    };
    const silent = parseRequest({ source }, defaults);
    expect(silent.output.spec).toHaveProperty('dialect.profile', 'empty');
    expect(silent.chunking).toEqual({ rows: 10 });
    const asked = { source, output: { uri: 's3://out/p/' }, chunking: { targetBytes: 9 } };
    const merged = parseRequest(asked, defaults);
    expect(merged.output.uri).toBe('s3://out/p/');
    expect(merged.output.spec).toHaveProperty('dialect.profile', 'empty');
    expect(merged.chunking).toEqual({ targetBytes: 9 });
    expect(merged.concurrency).toBe(3);
  });

  it('fails with all problems at once, each with what was given and what is allowed', () => {
    expect(
      problemsOf({
        source: 'http://x',
        colour: 'red',
        expect: { rows: -1, dtype: 'complex128' },
        output: { text: { delimiter: 'ab', profile: 'pandas-4' } },
        limits: { concurrency: 0 },
        dryRun: 'yes',
      }),
    ).toEqual([
      'source.uri must be an S3 URI such as s3://bucket/matrix.npz or s3://bucket/folder/ (of a bucket, not of an access point), got "http://x"',
      'expect.rows must be a whole number from 0 to 9007199254740991, got -1',
      expect.stringMatching(/^expect\.dtype must be one of bool, int8, .*, got "complex128"$/),
      'output.text.profile must be one of typed, zero0, empty, pandas-3, pandas-2, pandas-1, got "pandas-4"',
      'output.text.delimiter must be one ASCII character that is not a letter, digit, sign, dot, quote or line break, got "ab"',
      'limits.concurrency must be a whole number from 1 to 10000, got 0',
      'dryRun must be true or false, got "yes"',
      'the request has unknown keys "colour"; see docs/request.md',
    ]);
  });

  it('fails on an unknown key in any section', () => {
    expect(problemsOf({ source, output: { url: 's3://a/b/' } })).toEqual([
      'output has unknown keys "url"; see docs/request.md',
    ]);
  });

  it('fails on a format that no output has, and takes the one that there is', () => {
    expect(problemsOf({ source, output: { format: 'xlsx' } })).toEqual([
      `output.format must be one of ${OUTPUT_KINDS.join(', ')}, got "xlsx"`,
    ]);
    expect(problemsOf({ source, output: 'csv' })).toEqual([
      'output must be an object with uri, format and the fields of that format, got "csv"',
    ]);
    expect(problemsOf({ source, output: { format: 'csv' } })).toEqual([]);
  });

  it('takes a folder, and a list of parts with how they are read', () => {
    expect(parseRequest({ source: 's3://data/parts/' }).source.uris).toEqual(['s3://data/parts/']);
    const uris = ['s3://data/b.npz', 's3://data/a.npz'];
    const options = { format: 'svmlight', zeroBased: true, labels: false, columns: 9 };
    expect(parseRequest({ source: { uris, ...options } }).source).toEqual({ uris, options });
  });

  it.each([{}, { uri: source, uris: [source] }, { uris: [] }, { uris: [source], versionId: 'v1' }])(
    'fails on the source %j',
    (wrong) => {
      expect(problemsOf({ source: wrong })[0]).toMatch(
        /^source(\.\w+)? must be .*(object with either|a list of)/,
      );
    },
  );

  it.each([
    [
      5,
      'source must be an S3 URI such as s3://bucket/matrix.npz or s3://bucket/folder/ (of a bucket, not of an access point), or an ob',
    ],
    [{ uri: 5 }, 'source.uri must be an S3 URI such as'],
    [{ uris: [source, 'x'] }, 'source.uris.1 must be an S3 URI such as'],
    [{ uri: source, versionId: '' }, 'source.versionId must be the version of one object'],
    [{ uri: source, format: 'pickle' }, 'source.format must be one of npz, '],
    [{ uri: source, layer: 5 }, 'source.layer must be the path of a matrix, such as'],
    [{ uri: source, zeroBased: 1 }, 'source.zeroBased must be true or false, got 1'],
    [{ uri: source, labels: 'no' }, 'source.labels must be true or false, got "no"'],
    [{ uri: source, columns: -1 }, 'source.columns must be a whole number from 0'],
    [{ uri: source, order: 'size' }, "source.order must be 'key' or 'natural', got \"size\""],
    [{ uri: source, colums: 3 }, 'source has unknown keys "colums"'],
  ])('names the field of the source %j that is wrong, and nothing else', (wrong, sentence) => {
    const problems = problemsOf({ source: wrong });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  it('takes names of columns: a list of them, or where they lie', () => {
    const named = (columnNames: unknown) => parseRequest({ source: { uri: source, columnNames } });
    expect(named(['a', '']).source.columnNames).toEqual(['a', '']);
    expect(named('s3://data/names.txt').source.columnNames).toBe('s3://data/names.txt');
    const problems = (wrong: unknown) =>
      problemsOf({ source: { uri: source, columnNames: wrong } });
    for (const wrong of ['names.txt', [1], 5]) {
      expect(problems(wrong)).toEqual([
        expect.stringContaining('source.columnNames must be a list of texts, or the S3 URI of a J'),
      ]);
    }
    expect(problems(['\ud800'])).toEqual([
      expect.stringContaining('source.columnNames.0 must be a text without half of a character'),
    ]);
  });

  it('takes the order of the parts, which is part of the source', () => {
    const { source: read } = parseRequest({ source: { uri: 's3://data/p/', order: 'natural' } });
    expect(read).toEqual({ uris: ['s3://data/p/'], order: 'natural', options: {} });
  });

  it.each(['append', 'overwrite'])(
    'accepts mode %s with a place, and fails without one',
    (mode) => {
      const output = { uri: 's3://out/daily/', mode };
      expect(parseRequest({ source, output }).output).toMatchObject(output);
      expect(parseRequest({ source }, { output }).output).toMatchObject(output);
      expect(problemsOf({ source, output: { mode } })).toEqual([
        `output must be given with its uri where mode is '${mode}', so that there is a place for it, got {"mode":"${mode}"}`,
      ]);
    },
  );

  it('refuses other modes, and names the word that replaced append', () => {
    const uri = 's3://out/daily/';
    expect(problemsOf({ source, output: { uri, mode: 'overwrite-partitions' } })).toEqual([
      "output.mode must be 'create', 'append' or 'overwrite', got \"overwrite-partitions\"",
    ]);
    expect(problemsOf({ source, output: { uri, append: true } })).toEqual([
      "output.append must be left out: say mode 'append' instead, got true",
    ]);
  });

  it('fails on contradictory chunking', () => {
    expect(problemsOf({ source, chunking: { rows: 5, targetBytes: 5 } })).toEqual([
      'chunking must be either rows or targetBytes, not both, got {"rows":5,"targetBytes":5}',
    ]);
  });

  it.each([undefined, null, 5, 'x', []])('fails on %j instead of a request', (input) => {
    expect(problemsOf(input)[0]).toMatch(/^the request must be an object such as/);
  });

  it('shortens long values in its message', () => {
    expect(problemsOf({ source, dryRun: 'x'.repeat(1000) })[0]).toHaveLength(95);
  });
});
