import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { failedTryMetric, METRICS } from '#core/metrics.ts';
import type { FinishedChunk } from '#core/run/ledger-records.ts';
import type { Instruments } from './step.ts';
import type { TryMeter } from './try-meter.ts';

type Metrics = Instruments['metrics'];

/** Memory of this function, MiB; that of a writer where nothing says it. */
function functionMiB(): number {
  return Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '512');
}

/** The most memory that the process of a try has had. */
function addMemory(metrics: Metrics, meter: TryMeter): void {
  const { rssMiB } = meter.measures();
  metrics.addMetric(METRICS.peakMemory, MetricUnit.NoUnit, rssMiB);
  metrics.addMetric(METRICS.memoryPercent, MetricUnit.Percent, (100 * rssMiB) / functionMiB());
}

/** Metrics of a try that wrote its chunk. */
export function addWritten(metrics: Metrics, { bytes }: FinishedChunk, meter: TryMeter): void {
  metrics.addMetric(METRICS.written, MetricUnit.Count, 1);
  metrics.addMetric(METRICS.bytes, MetricUnit.Bytes, bytes);
  metrics.addMetric(METRICS.chunkSeconds, MetricUnit.Seconds, meter.seconds);
  addMemory(metrics, meter);
}

/** Metrics of a try that failed: counted once in all, and once by the name of its error. */
export function addFailed(metrics: Metrics, { name }: Error, meter: TryMeter): void {
  metrics.addMetric(METRICS.triesFailed, MetricUnit.Count, 1);
  metrics.addMetric(failedTryMetric(name), MetricUnit.Count, 1);
  addMemory(metrics, meter);
}
