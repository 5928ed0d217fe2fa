import { expect, it } from 'vitest';
import { forecastPartitions } from '#core/tables/shuffle/forecast-partitions.ts';

it('predicts files by the shares of the partitions in the sample', () => {
  const forecast = forecastPartitions({
    rows: [70, 15, 10, 5],
    bytes: 1_000,
    targetFileBytes: 200,
  });
  expect(forecast).toEqual({ files: 7, partitions: 4, fileBytes: { min: 50, max: 175 } });
});

it('expects partitions that the sample did not meet where it met many once', () => {
  const rows = [...Array.from({ length: 20 }, () => 1), 2, 2, 2, 50];
  const forecast = forecastPartitions({ rows, bytes: 1_000, targetFileBytes: 5_000 });
  expect(forecast.partitions).toBe(24 + Math.round((20 * 19) / 8));
  expect(forecast.files).toBe(forecast.partitions);
});

it('is nothing of a table without rows', () => {
  const forecast = forecastPartitions({ rows: [], bytes: 0, targetFileBytes: 5_000 });
  expect(forecast).toEqual({ files: 0, partitions: 0, fileBytes: { min: 0, max: 0 } });
});
