import { describe, expect, it } from 'vitest';
import { parseRequest } from '#core/request/request.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { fileOfChunk } from '#core/tables/run/file-of-chunk.ts';

const source = 's3://bucket/x.npz';

function specOf(output: object) {
  return parseRequest({ source, output }).output.spec;
}

describe('output.single', () => {
  it('stands in the spec of texts only where it is true', () => {
    for (const format of [{ format: 'csv' }, { format: 'svmlight', zeroBased: true }]) {
      expect(specOf({ ...format, single: true })).toMatchObject({ single: true });
      expect(specOf({ ...format, single: false })).toEqual(specOf(format));
      expect(specOf(format)).not.toHaveProperty('single');
    }
  });

  it('fails beside append, and names the command that joins chunks', () => {
    const output = { uri: 's3://bucket/x/', mode: 'append', single: true };
    expect(() => parseRequest({ source, output })).toThrow(
      "output.single must be left out where mode is 'append', as no object can grow: append chunks, and join them by the command assemble, got true",
    );
    for (const mode of ['create', 'overwrite']) {
      expect(parseRequest({ source, output: { ...output, mode } }).output.mode).toBe(mode);
    }
  });

  it.each(['npz', 'mtx'])('fails for %s, whose chunks are files of their own', (format) => {
    const output = { format, single: true };
    expect(() => parseRequest({ source, output })).toThrow(
      'output.single must be left out: only texts of lines, such as csv, are whole again when they are joined, got true',
    );
    expect(parseRequest({ source, output: { format, single: false } }).output.spec.kind).toBe(
      format,
    );
  });

  it('fails for anything else than true or false', () => {
    expect(() => specOf({ single: 'yes' })).toThrow('output.single must be true or false');
  });
});

describe('output.single of a table', () => {
  const table = (output: object, fields: object = {}) =>
    parseTableRequest({
      source: { uri: 's3://bucket/x.csv', format: 'csv' },
      schema: [{ name: 'id', type: 'INTEGER' }],
      output: { uri: 's3://bucket/out/', format: 'csv', single: true, ...output },
      ...fields,
    });

  it('stands in the form of its files, plain or gzip', () => {
    for (const compression of ['none', 'gzip']) {
      expect(table({ compression }).output).toMatchObject({ format: 'csv', single: true });
    }
    expect(table({ single: false }).output).not.toHaveProperty('single');
  });

  it('has the header line in the first file alone, and in all files where it is not asked for', () => {
    const single = table({}).output;
    const headers = (output: typeof single) =>
      [0, 1].map((index) => 'header' in output && fileOfChunk({ ...output }, index));
    expect(headers(single)).toMatchObject([{ header: true }, { header: false }]);
    expect(headers(table({ single: false }).output)).toMatchObject([
      { header: true },
      { header: true },
    ]);
  });

  it.each(['parquet', 'jsonl'])('fails for %s', (format) => {
    expect(() => table({ format })).toThrow(
      'output.single must be left out: of a table only output.format csv can be one object, got true',
    );
  });

  it('fails with what needs files, each in a sentence', () => {
    expect(() => table({ compression: 'zstd' })).toThrow(/output.compression zstd/);
    expect(() => table({ partitionBy: ['id'] })).toThrow(/output.partitionBy, whose files/);
    const keysWhole = { chunking: { keysWhole: ['id'] } };
    expect(() => table({}, keysWhole)).toThrow(/chunking.keysWhole, which is about files/);
    expect(() => table({ mode: 'append' })).toThrow(/must be left out where mode is 'append'/);
    const inbox = { source: { inbox: { uri: 's3://bucket/in/' }, format: 'csv' } };
    expect(() => table({}, inbox)).toThrow(/source.inbox, whose batches/);
    const postgres = { connection: 'main', schema: 'a', table: 'b', key: ['id'], version: '1' };
    expect(() => table({}, { source: { postgres }, schema: undefined })).toThrow(
      /source.postgres, whose rows may be others/,
    );
  });
});
