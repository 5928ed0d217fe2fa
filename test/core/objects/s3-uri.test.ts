import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseS3Uri, S3_URI } from '#core/objects/s3-uri.ts';

const bucket63 = `a${'b'.repeat(61)}c`;

describe('S3_URI', () => {
  it.each([
    's3://abc/k',
    's3://0-1/key',
    's3://a.b/key',
    's3://abc/a key/of ü//',
    's3://abc//',
    `s3://${bucket63}/k`,
  ])('takes %s', (uri) => {
    expect(S3_URI.test(uri)).toBe(true);
  });

  it.each([
    's3://ab/k',
    's3://abc',
    's3://abc/',
    's3://Abc/k',
    's3://-bc/k',
    's3://ab-/k',
    's3://.bc/k',
    's3://a_c/k',
    's3:///k',
    's3:/abc/k',
    'S3://abc/k',
    ' s3://abc/k',
    'https://abc/k',
    's3://abc/k\0',
    `s3://${bucket63}d/k`,
  ])('refuses %j', (uri) => {
    expect(S3_URI.test(uri)).toBe(false);
  });
});

describe('parseS3Uri', () => {
  it('splits at the first slash after the bucket', () => {
    expect(parseS3Uri('s3://abc/a/b//c/')).toEqual({ bucket: 'abc', key: 'a/b//c/' });
    expect(parseS3Uri('s3://abc//k')).toEqual({ bucket: 'abc', key: '/k' });
    expect(parseS3Uri('s3://abc/two\nlines')).toEqual({ bucket: 'abc', key: 'two\nlines' });
  });

  it.each(['s3://abc', 's3://abc/', 's3:///k', 'xs3://abc/k', '/tmp/"x"'])('fails on %s', (uri) => {
    const parse = () => parseS3Uri(uri);
    expect(parse).toThrow(RequestError);
    expect(parse).toThrow(`an S3 URI looks like s3://bucket/key, got ${JSON.stringify(uri)}`);
  });
});
