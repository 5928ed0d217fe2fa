import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import { outputOf } from '#core/run/run-output.ts';
import { receiptText } from '#core/tables/postgres/receipt.ts';

const PARQUET = { format: 'parquet', compression: 'zstd', rowGroupBytes: 5 } as const;
const POSTGRES = { format: 'postgres', connection: 'main', schema: 's', table: 't' } as const;
const CSV = { format: 'csv', compression: 'none', header: true, delimiter: ';' } as const;

const spec = (file: TableSpec['file']): TableSpec => ({ kind: 'table', file });

describe('the output of a table', () => {
  it.each([
    [PARQUET, '.parquet', 'application/vnd.apache.parquet'],
    [CSV, '.csv', 'text/csv'],
    [{ ...CSV, compression: 'gzip' } as const, '.csv.gz', 'application/gzip'],
    [{ format: 'jsonl', compression: 'none' } as const, '.jsonl', 'application/x-ndjson'],
    [{ format: 'jsonl', compression: 'zstd' } as const, '.jsonl.zst', 'application/zstd'],
    [POSTGRES, '.json', 'application/json'],
  ])('of %j ends with %s', (file, ending, contentType) => {
    expect(outputOf(spec(file))).toMatchObject({ ending, contentType });
  });

  it('describes its settings as the request names them', () => {
    expect(outputOf(spec(CSV)).describe()).toEqual({
      'output.partitionBy': 'none',
      'output.single': false,
      'output.format': 'csv',
      'output.compression': 'none',
      'output.header': true,
      'output.delimiter': ';',
    });
  });

  it('checks what a receipt says was sent to a database', async () => {
    const output = outputOf(spec(POSTGRES));
    const blocks = async function* (text: string) {
      yield new TextEncoder().encode(text);
    };
    const receipt = receiptText({
      ...{ run: 'r', chunk: 0, connection: 'main', schema: 's', table: 't' },
      ...{ rows: 7, bytes: 70, crc32: '000000ff' },
    });
    expect(await output.check(blocks(receipt), 's3://lake/a.json')).toEqual({
      ...{ bytes: 70, records: 7, crc32: 255 },
    });
    await expect(output.check(blocks('{}'), 's3://lake/a.json')).rejects.toThrow(
      's3://lake/a.json is no receipt of a loaded chunk',
    );
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
