import { readFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UnsupportedSourceError } from '#core/errors.ts';
import { compressionOf } from '#core/tables/order/content-format.ts';
import type { SaidFormat } from '#core/tables/order/name-format.ts';
import { tableFormatOf } from '#core/tables/order/table-format.ts';

const CSV = 'id,name\n1,a\n';
const JSONL = '{"id": 1}\n{"id": 2}\n';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** The format of an object that holds a text, plain or compressed. */
function formatOf(name: string, text: string, asked: SaidFormat = {}, compress = latin1) {
  const head = compress(text);
  return tableFormatOf({ uri: `s3://b/t/${name}`, head, text: latin1(text), asked });
}

const gzip = (text: string) => gzipSync(text);
const zstd = (text: string) => zstdCompressSync(text);

describe('the format of a text', () => {
  it.each([
    ['a.csv', CSV, 'csv'],
    ['A.CSV', CSV, 'csv'],
    ['a.tsv', 'id\tname\n', 'csv'],
    ['a.csv', '', 'csv'],
    ['a.csv', '\ufeffid\n', 'csv'],
    ['a.csv', '{x},y\n', 'csv'],
    ['a.jsonl', JSONL, 'jsonl'],
    ['a.ndjson', JSONL, 'jsonl'],
    ['a.json', `\n  ${JSONL}`, 'jsonl'],
    ['a.jsonl', '', 'jsonl'],
    ['a.jsonl', `bad\n[1]\n${JSONL}`, 'jsonl'],
    ['part-00000', CSV, 'csv'],
    ['part-00000', JSONL, 'jsonl'],
    ['a.csv.constructor', JSONL, 'jsonl'],
    ['a.csv', 'ORCID,PK\n1,2\n', 'csv'],
    ['a.csv', 'PAR1,PAR2\n', 'csv'],
    ['a', 'P*MQ,x\n', 'csv'],
    ['a', 'PARENT,x\n', 'csv'],
    ['a', 'BZh9 is no header\n', 'csv'],
  ])('%s with %j is %s', (name, text, format) => {
    expect(formatOf(name, text)).toEqual({ format });
  });

  it.each([
    ['a.csv.gz', CSV, gzip, { format: 'csv', compression: 'gzip' }],
    ['a.json.gz', JSONL, gzip, { format: 'jsonl', compression: 'gzip' }],
    ['a.csv.zst', CSV, zstd, { format: 'csv', compression: 'zstd' }],
    ['a.jsonl.zstd', JSONL, zstd, { format: 'jsonl', compression: 'zstd' }],
    ['a.gz', JSONL, gzip, { format: 'jsonl', compression: 'gzip' }],
    ['part-00000', CSV, gzip, { format: 'csv', compression: 'gzip' }],
  ])('%s is compressed', (name, text, compress, expected) => {
    expect(formatOf(name, text, {}, compress)).toEqual(expected);
  });

  it('is what the request says, whatever the name', () => {
    expect(formatOf('a.jsonl', CSV, { format: 'csv' })).toEqual({ format: 'csv' });
    expect(formatOf('a.orc', CSV, { format: 'csv' })).toEqual({ format: 'csv' });
    expect(formatOf('a', '', { format: 'csv' })).toEqual({ format: 'csv' });
    const asked = { compression: 'gzip' } as const;
    expect(formatOf('a.csv', CSV, asked, gzip)).toEqual({ format: 'csv', compression: 'gzip' });
  });
});

describe('an object whose name and content disagree is refused, with both', () => {
  it.each([
    ['a.csv', JSONL, latin1, 'CSV by its name but JSON lines by its content'],
    ['a.jsonl', CSV, latin1, 'JSON lines by its name but no JSON lines by its content'],
    ['a.csv', CSV, gzip, 'CSV by its name but a text as gzip by its content'],
    ['a.csv.gz', CSV, latin1, 'CSV as gzip by its name but a text by its content'],
    ['a.csv.gz', CSV, zstd, 'CSV as gzip by its name but a text as zstd by its content'],
    ['a.gz', CSV, latin1, 'a text as gzip by its name but a text by its content'],
    ['a.csv.gz', '', latin1, 'CSV as gzip by its name but empty by its content'],
    ['a.parquet', CSV, latin1, 'Parquet by its name but a text by its content'],
    ['a.parquet', '', latin1, 'Parquet by its name but empty by its content'],
    ['a.parquet.gz', CSV, gzip, 'Parquet as gzip by its name but a text as gzip by its content'],
    ['a.csv', 'PAR1\x15\x04', latin1, 'CSV by its name but Parquet by its content'],
    ['a.parquet.gz', 'PAR1\x15\x04', latin1, 'Parquet as gzip by its name but Parquet by its cont'],
  ])('%s with %j', (name, text, compress, message) => {
    expect(() => formatOf(name, text, {}, compress)).toThrow(UnsupportedSourceError);
    expect(() => formatOf(name, text, {}, compress)).toThrow(`s3://b/t/${name} is ${message}`);
  });

  it('also if the request says the format', () => {
    for (const [asked, message] of [
      [{ format: 'csv' }, 'CSV by the request but JSON lines by its content'],
      [{ format: 'parquet' }, 'Parquet by the request but a text by its content'],
      [{ compression: 'gzip' }, 'JSON lines as gzip by the request but a text by its content'],
    ] as const) {
      expect(() => formatOf('a.jsonl', JSONL, asked)).toThrow(`s3://b/t/a.jsonl is ${message}`);
    }
  });
});

describe('what is not read is refused by name', () => {
  it.each([
    ['a', '', 'a is empty and its name does not end in .csv'],
    ['a', '[{"id": 1}]', 'a JSON array'],
    ['a.json', '[{"id": 1}]', 'a JSON array'],
    ['a.json', '[\n{"id": 1}\n]', 'a JSON array'],
    ['a.csv', 'ORC\x08\x03', 'is ORC,'],
    ['a', 'Obj\x01', 'is Avro,'],
    ['a', 'ARROW1\0\0', 'is Arrow,'],
    ['a.csv', 'PK\x03\x04', 'is a zip archive,'],
    ['a', 'BZh91AY&SY', 'is bzip2,'],
    ['a', '\xfd7zXZ\0', 'is xz,'],
    ['a', '\x04\x22\x4d\x18', 'is LZ4,'],
    ['a.csv', '\xff\xfei\0', 'is UTF-16,'],
    ['a.csv', '\xfe\xff\0i', 'is UTF-16,'],
    ['a.csv.bz2', CSV, 'is bzip2 by its name,'],
    ['a.orc', CSV, 'is ORC by its name,'],
    ['a.xlsx.gz', CSV, 'is an Excel sheet by its name,'],
  ])('%s with %j', (name, text, message) => {
    expect(() => formatOf(name, text)).toThrow(UnsupportedSourceError);
    expect(() => formatOf(name, text)).toThrow(message);
    expect(() => formatOf(name, text)).toThrow(`s3://b/t/${name}`);
  });
});

describe('Parquet', () => {
  it.each(['row-groups', 'zero-rows', 'encrypted', 'broken-footer', 'int96'])(
    'is known by its first bytes: %s',
    async (name) => {
      const path = `${import.meta.dirname}/../../../fixtures/tables/parquet-${name}/a.parquet`;
      const head = await readFile(path);
      for (const key of ['a.parquet', 'part-0.snappy.parquet', 'a', 'A.PQ']) {
        const seen = { uri: `s3://b/${key}`, head, text: head, asked: {} };
        expect(tableFormatOf(seen)).toEqual({ format: 'parquet' });
      }
      const asked = { format: 'parquet' } as const;
      expect(tableFormatOf({ uri: 's3://b/a.csv', head, text: head, asked })).toEqual(asked);
    },
  );
});

describe('the compression', () => {
  it('is known from the first bytes, also where zstd has frames to skip first', () => {
    expect(compressionOf(gzipSync(''))).toBe('gzip');
    expect(compressionOf(zstdCompressSync('x'))).toBe('zstd');
    expect(compressionOf(latin1('\x50\x2a\x4d\x18'))).toBe('zstd');
    expect(compressionOf(latin1('id'))).toBeUndefined();
    expect(compressionOf(latin1(''))).toBeUndefined();
  });
});
