import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { wingOf } from '#core/request/wing.ts';

const CONTENTS: Readonly<Record<string, string>> = {
  lines: ' \n {"id":1}',
  parquet: 'PAR1\u0015\u0004',
  text: '1 2:3',
};

/** What lies in an object is said by the end of its name. */
function contentOf(uri: string): Uint8Array {
  return new TextEncoder().encode(CONTENTS[uri.split('-').at(-1)!] ?? '');
}

const pinOf = (uri: string) => ({
  ...{ uri, etag: 'e', versionId: null },
  size: contentOf(uri).length,
});

/** A store that holds the objects of one folder, and counts what is taken from its list. */
function storeOf(names: readonly string[]) {
  const listed = { count: 0 };
  const store = {
    async *list(prefix: string) {
      for (const name of names) {
        listed.count += 1;
        yield pinOf(`${prefix}${name}`);
      }
    },
    pin: async (uri: string) => pinOf(uri),
    open: ({ uri }: { uri: string }) => memorySource(contentOf(uri)),
  } as unknown as ObjectStore;
  return { store, listed };
}

const wing = (input: unknown, names: readonly string[] = []) => wingOf(input, storeOf(names).store);

describe('wingOf', () => {
  it('takes what becomes Parquet for a table, unless something says that it is a matrix', async () => {
    const output = { format: 'parquet' };
    const lists = { ...output, layout: 'lists' };
    expect(await wing({ source: 's3://bucket/x-text', output })).toBe('table');
    expect(await wing({ source: 's3://bucket/x-text', output: lists })).toBe('matrix');
    expect(await wing({ source: 's3://bucket/x.npz', output })).toBe('matrix');
    expect(await wing({ source: 's3://bucket/f/', output }, ['a-text'])).toBe('table');
    expect(await wing({ source: 's3://bucket/f/', output }, ['a.mtx'])).toBe('matrix');
    expect(await wing({ source: 7, output })).toBe('table');
  });

  it('knows a matrix by an output that only matrices have', async () => {
    expect(await wing({ source: 's3://b/x.csv', output: { format: 'svmlight' } })).toBe('matrix');
  });

  it.each([
    ['table', { source: { uri: 's3://raw/data', format: 'csv' } }],
    ['table', { source: { uri: 's3://raw/a.npz', format: 'parquet' } }],
    ['matrix', { source: { uri: 's3://raw/a.csv', format: 'svmlight' }, schema: {} }],
    ['table', { source: 's3://raw/data', schema: { id: 'int' } }],
    ['table', { source: { uri: 's3://raw/data', csv: {} } }],
    ['table', { source: 's3://raw/data', output: { format: 'parquet' } }],
    ['table', { source: 's3://raw/data', output: { files: 3 } }],
    ['table', { source: 's3://raw/a.csv.gz' }],
    ['table', { source: { uris: ['s3://raw/a.parquet', 's3://raw/b.npz'] } }],
    ['matrix', { source: 's3://raw/a.npz' }],
    ['matrix', { source: 's3://raw/data-text', output: { format: 'csv' } }],
    ['matrix', { source: 's3://raw/data-none' }],
    ['table', { source: 's3://raw/data-lines' }],
    ['matrix', { source: 's3://raw/data.toy-lines' }],
    ['table', { source: 's3://raw/data.toy-parquet' }],
    ['table', { source: 's3://raw/data-parquet' }],
    ['matrix', { source: { uri: 's3://raw/a.csv', layer: 'x' } }],
    ['matrix', { source: 's3://raw/bundle/meta.json' }],
    ['matrix', { source: { uris: [] } }],
    ['matrix', { source: { uri: 7 } }],
    ['matrix', { source: 'a.csv' }],
    ['matrix', { source: null }],
    ['matrix', 'a.csv'],
  ])('is %s of %j', async (expected, request) => {
    expect(await wing(request)).toBe(expected);
  });

  it('is that of the object of an S3 event', async () => {
    const detail = { bucket: { name: 'raw' }, object: { key: 'a.jsonl' } };
    const event = { 'detail-type': 'Object Created', source: 'aws.s3', detail };
    expect(await wing(event)).toBe('table');
  });

  it.each([
    ['table', ['_SUCCESS', 'a.csv', 'b.csv']],
    ['matrix', ['barcodes.tsv.gz', 'features.tsv.gz', 'matrix.mtx.gz']],
    ['matrix', ['part-text', 'part-lines']],
    ['table', ['part-lines', 'part-text']],
    ['table', ['a.csv', 'part-parquet']],
    ['matrix', ['meta.json', 'data.bin']],
    ['matrix', ['_SUCCESS']],
    ['matrix', []],
  ])('is %s of a folder with %j', async (expected, names) => {
    expect(await wing({ source: 's3://raw/folder/' }, names)).toBe(expected);
  });

  it('looks at no more of a folder than one list gives', async () => {
    const { store, listed } = storeOf(Array.from({ length: 5_000 }, (_, i) => `${i}.csv`));
    expect(await wingOf({ source: 's3://raw/folder/' }, store)).toBe('table');
    expect(listed.count).toBeLessThanOrEqual(101);
  });
});
