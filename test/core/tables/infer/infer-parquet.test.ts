import { expect, test } from 'vitest';
import { fileOf, footer } from '#test/core/containers/parquet/parquet-parts.ts';
import { infer, typesOf } from './infer-case.ts';

async function bytesOf(file = fileOf(footer())): Promise<Uint8Array> {
  return await file.read({ offset: 0, length: file.size });
}

test('takes the types of the first file, without its values', async () => {
  const bytes = await bytesOf();
  const found = await infer({ 'y=2024/x.parquet': bytes, 'y=2025/y.parquet': bytes });
  expect(found).toMatchObject({ format: 'parquet', compression: 'none', sample: { rows: 0 } });
  expect(typesOf(found)).toEqual({ x: 'INTEGER', y: 'SMALLINT' });
  expect(found.columns[0]).toMatchObject({ examples: [], nulls: undefined });
  const wide = await infer({ 'x.parquet': bytes }, { widen: true });
  expect(typesOf(wide)).toEqual({ x: 'BIGINT' });
});

test('refuses a file that does not begin or end as one', async () => {
  const bytes = await bytesOf();
  await expect(infer({ 'x.parquet': bytes.subarray(0, -1) })).rejects.toThrow('cut short');
});
