import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS } from '#core/metrics.ts';
import type { FinalizeInput } from '#core/run/step-messages.ts';
import type { Instruments } from '#lambdas/shared/step.ts';

/**
 * Seconds that a prediction is taken for at least: a run of few chunks is mostly the start of its
 * first functions.
 */
const LEAST_SECONDS = 60;

/**
 * Writes how long a run took beside what its plan predicted. Does nothing for a run that was
 * redriven: it has waited for a person.
 *
 * @param now milliseconds since 1970.
 */
export function addRunMetrics(
  metrics: Instruments['metrics'],
  prediction: FinalizeInput['prediction'],
  now = Date.now(),
): void {
  if (prediction === undefined || prediction === null) return;
  const { seconds, startedAt } = prediction;
  const used = (now - Date.parse(startedAt)) / 1000;
  const percent = (100 * used) / Math.max(seconds, LEAST_SECONDS);
  metrics.addMetric(METRICS.predictedSeconds, MetricUnit.Seconds, seconds);
  metrics.addMetric(METRICS.runSeconds, MetricUnit.Seconds, used);
  metrics.addMetric(METRICS.predictionPercent, MetricUnit.Percent, percent);
}
