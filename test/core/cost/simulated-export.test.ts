import { describe, expect, it } from 'vitest';
import { bindingLimit } from '#core/cost/binding-limit.ts';
import { forecastSeconds } from '#core/cost/forecast-seconds.ts';
import { secondsText } from '#core/cost/seconds-text.ts';
import { simulateMap } from '#core/cost/simulate-map.ts';
import { type SketchedExport, simulateExport } from '#core/cost/simulated-export.ts';
import { USUAL_MAP } from '#core/cost/simulated-map.ts';
import { functionSeconds, writerWork } from '#core/cost/writer-work.ts';

const MiB = 1024 ** 2;

const TERABYTE: SketchedExport = {
  ...{ textBytes: 1e12, compression: 'none', chunkBytes: 512 * MiB },
  ...{ concurrency: 500, accountConcurrency: 1_000, dispatchPerSecond: 100, seed: 1 },
};

describe('simulateExport', () => {
  it('takes a minute and 20 to 40 cents for a terabyte of plain text', () => {
    const run = simulateExport(TERABYTE);
    expect(run).toMatchObject({ chunks: 1863, storedBytes: 1e12, storageUsdPerMonth: 23 });
    expect(run.seconds.p50).toBeGreaterThan(40);
    expect(run.seconds.p50).toBeLessThan(100);
    expect(run.usd.total).toBeGreaterThan(0.2);
    expect(run.usd.total).toBeLessThan(0.4);
    expect(Math.abs(run.closedFormSeconds / run.seconds.p50 - 1)).toBeLessThan(0.15);
  });

  it('costs a tenth of that as gzip', () => {
    const gzip = { ...TERABYTE, compression: 'gzip', chunkBytes: 8192 * MiB } as const;
    expect(simulateExport(gzip).usd.total).toBeLessThan(0.03);
  });
});

describe('forecastSeconds', () => {
  const map = { ...USUAL_MAP, chunks: 100, workSeconds: 7, concurrency: 100 };

  it('is a band of twenty seeds, and what is around the Maps', () => {
    const { p5, p50, p95 } = forecastSeconds([map, map], 10);
    const runs = Array.from({ length: 20 }, (_, seed) => simulateMap(map, seed + 1).seconds);
    expect(p5).toBeCloseTo(2 * Math.min(...runs) + 10, 9);
    expect(p50).toBeLessThan(p95);
    expect(p95).toBeLessThanOrEqual(2 * Math.max(...runs) + 10);
  });

  it('is three seeds where there are many children', () => {
    const { p5, p95 } = forecastSeconds([{ ...map, chunks: 200_000, workSeconds: 1 }], 0);
    expect(p5 / p95).toBeCloseTo(1, 1);
  });
});

describe('bindingLimit', () => {
  const map = { ...USUAL_MAP, chunks: 10_000, workSeconds: 7, concurrency: 500 };
  const { scaling } = USUAL_MAP;

  it.each([
    ['concurrency', map],
    ['dispatch', { ...map, workSeconds: 2 }],
    ['account', { ...map, scaling: { ...scaling, accountConcurrency: 100 } }],
    ['chunks', { ...map, chunks: 200 }],
  ])('is %s', (limit, each) => {
    expect(bindingLimit(each)).toBe(limit);
  });
});

describe('writerWork', () => {
  const matrix = {
    ...{ textBytes: 1e9, storedBytes: 1e9, sourceBytes: 1e8, entries: 1e7, isFloat: false },
  };

  it('reads plain text twice, and sends all of it', () => {
    expect(writerWork({ ...matrix, encoding: 'plain' }, 512).bytes).toBe(1.2e9);
    expect(writerWork({ ...matrix, encoding: 'entries' }, 512).bytes).toBe(1.1e9);
  });

  it('takes longer for floats, and where text is compressed', () => {
    const cpu = (more: object) =>
      writerWork({ ...matrix, encoding: 'entries', ...more }, 512).cpuSeconds;
    expect(cpu({ isFloat: true })).toBeGreaterThan(1.4 * cpu({}));
    expect(cpu({ encoding: 'compressed' })).toBeCloseTo(cpu({}) + 40, 6);
  });

  it('is the seconds of all functions', () => {
    expect(functionSeconds({ memoryMiB: 1_769, bytes: 75e6, cpuSeconds: 2 })).toBeCloseTo(3, 9);
  });
});

describe('secondsText', () => {
  it.each([
    [8.34, '8.3 s'],
    [47.6, '48 s'],
    [720, '12 min'],
    [11_520, '3.2 h'],
  ])('writes %d', (seconds, text) => {
    expect(secondsText(seconds)).toBe(text);
  });
});
