import { expect, test } from 'vitest';
import { addRunMetrics } from '#lambdas/finalize/run-metrics.ts';

function written(seconds: number, used: number): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  const metrics = {
    addMetric: (name: string, _: string, value: number) => {
      values[name] = value;
    },
  };
  const startedAt = '2026-01-01T00:00:00.000Z';
  addRunMetrics(metrics, { seconds, startedAt }, Date.parse(startedAt) + used * 1000);
  return values;
}

test('a run is compared with what its plan predicted', () => {
  expect(written(600, 900)).toEqual({
    PredictedSeconds: 600,
    RunSeconds: 900,
    PredictionPercent: 150,
  });
});

test('a prediction of less than a minute is taken for a minute', () => {
  expect(written(3, 45)['PredictionPercent']).toBe(75);
});

test('nothing is said of a run that has no prediction', () => {
  const fail = () => expect.fail('a metric was written');
  addRunMetrics({ addMetric: fail }, null);
  addRunMetrics({ addMetric: fail }, undefined);
});
