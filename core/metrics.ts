import { PERMANENT_ERRORS, TIMEOUT_ERRORS, TRANSIENT_ERRORS } from './contract.ts';

/** Names of the metrics that the functions write, and that alarms and dashboards read. */
export const METRICS = {
  written: 'ChunksWritten',
  skipped: 'ChunksSkipped',
  bytes: 'BytesWritten',
  /** Seconds of a try that wrote its chunk. */
  chunkSeconds: 'ChunkSeconds',
  /** Most memory that the process of a try has had, MiB, and percent of what its function has. */
  peakMemory: 'PeakMemoryMiB',
  memoryPercent: 'MemoryPercent',
  /** Tries that ended with an error; those that were killed write no metric. */
  triesFailed: 'TriesFailed',
  /** Seconds that the plan of a run predicted, that it took, and percent of the first. */
  predictedSeconds: 'PredictedSeconds',
  runSeconds: 'RunSeconds',
  predictionPercent: 'PredictionPercent',
} as const;

export type MetricName = keyof typeof METRICS;

/** Errors by which the tries of a chunk may fail; any other is counted as `Other`. */
export const TRY_ERRORS: readonly string[] = [
  ...TRANSIENT_ERRORS,
  ...TIMEOUT_ERRORS,
  ...PERMANENT_ERRORS,
];

/** Name of the metric of tries that failed by an error of this name. */
export function failedTryMetric(errorName: string): string {
  return `${METRICS.triesFailed}${TRY_ERRORS.includes(errorName) ? errorName : 'Other'}`;
}
