import { describe, expect, it } from 'vitest';
import { forecastKeys, type SampledKey } from '#core/tables/keys/forecast-keys.ts';

/** Keys whose rows lie all over the sample. */
function spread(rows: readonly number[]): SampledKey[] {
  return rows.map((own, at) => ({ key: [String(at)], rows: own, span: own + 1 }));
}

/** Keys whose rows follow each other. */
function together(rows: readonly number[]): SampledKey[] {
  return spread(rows).map((key) => ({ ...key, span: key.rows }));
}

describe('forecastKeys', () => {
  it('packs the keys of the sample as those of the table, and names large ones', () => {
    const sampled = spread([10, 10, 10, 60, 10]);
    const forecast = forecastKeys({ sampled, bytes: 1_000, rows: 5_000, targetFileBytes: 300 });
    expect(forecast).toEqual({
      ...{ files: 3, fileBytes: { min: 100, max: 600 } },
      counted: { keys: 5, rows: 5_000, largest: { key: ['3'], rows: 3_000 } },
      warnings: [
        'keys alone are larger than 1.25 times the 300 bytes of output.targetFileBytes: ["3"] of 600 bytes',
      ],
    });
  });

  it('names five large keys, and counts the others', () => {
    const sampled = spread(Array.from({ length: 8 }, () => 10));
    const { warnings } = forecastKeys({ sampled, bytes: 800, rows: 1, targetFileBytes: 50 });
    expect(warnings[0]).toMatch(/\["0"\] of 100 bytes, .*\["4"\] of 100 bytes, and 3 more$/);
  });

  it('expects keys that the sample did not meet', () => {
    const sampled = spread([...Array.from({ length: 20 }, () => 1), 2, 2, 2]);
    const { counted } = forecastKeys({ sampled, bytes: 1, rows: 1, targetFileBytes: 50 });
    expect(counted.keys).toBe(23 + Math.round((20 * 19) / 8));
  });

  it('takes files for even where the source is sorted by its keys', () => {
    const sampled = together([10, 10, 10, 10, 10, 10, 10, 10]);
    const given = { sampled, bytes: 10_000, rows: 100, targetFileBytes: 300 };
    expect(forecastKeys(given)).toEqual({
      ...{ files: 33, fileBytes: { min: 303, max: 303 }, warnings: [] },
      counted: { keys: 8, rows: 100 },
    });
    const large = forecastKeys({ ...given, sampled: together([10, 40, 10, 20]) });
    expect(large.counted.largest?.key).toEqual(['1']);
    expect(large.warnings[0]).toContain('["1"] of 5000 bytes');
  });

  it('is one file of a table without rows', () => {
    const given = { sampled: [], bytes: 0, rows: 0, targetFileBytes: 300 };
    expect(forecastKeys(given)).toEqual({
      ...{ files: 1, fileBytes: { min: 0, max: 0 }, warnings: [] },
      counted: { keys: 0, rows: 0 },
    });
  });
});
