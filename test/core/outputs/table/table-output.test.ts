import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import { outputOf } from '#core/run/run-output.ts';

const PARQUET = { format: 'parquet', compression: 'zstd', rowGroupBytes: 5 } as const;
const CSV = { format: 'csv', compression: 'none', header: true, delimiter: ';' } as const;

const spec = (file: TableSpec['file']): TableSpec => ({ kind: 'table', file });

describe('the output of a table', () => {
  it.each([
    [PARQUET, '.parquet', 'application/vnd.apache.parquet'],
    [CSV, '.csv', 'text/csv'],
    [{ ...CSV, compression: 'gzip' } as const, '.csv.gz', 'application/gzip'],
    [{ format: 'jsonl', compression: 'none' } as const, '.jsonl', 'application/x-ndjson'],
    [{ format: 'jsonl', compression: 'zstd' } as const, '.jsonl.zst', 'application/zstd'],
  ])('of %j ends with %s', (file, ending, contentType) => {
    expect(outputOf(spec(file))).toMatchObject({ ending, contentType });
  });

  it('describes its settings as the request names them', () => {
    expect(outputOf(spec(CSV)).describe()).toEqual({
      'output.partitionBy': 'none',
      'output.format': 'csv',
      'output.compression': 'none',
      'output.header': true,
      'output.delimiter': ';',
    });
  });

  it('has the records that its writer counted, and checks the bytes as they are', async () => {
    const output = outputOf(spec(PARQUET));
    expect(output.recordCount({ index: 0, rowStart: 3, rowEnd: 8 }, 5)).toBe(5);
    const bytes = new TextEncoder().encode('any bytes');
    const blocks = (async function* () {
      yield bytes.subarray(0, 4);
      yield bytes.subarray(4);
    })();
    const found = await output.check(blocks, 's3://lake/a.parquet');
    expect(found).toEqual({ bytes: 9, crc32: crc32(bytes), records: undefined });
  });
});
