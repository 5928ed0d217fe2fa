import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients.ts';
import type { StageTask } from '#core/run/stage-task.ts';
import { stageUnit } from '#core/sparse/source/resolve-source.ts';
import { resolveContext } from '#lambdas/shared/resolve-context.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';

/** What Stage needs from outside. */
export interface StageDeps extends Instruments {
  readonly s3: S3Client;
  readonly outputBucket: string;
}

/** Output of one child of the Distributed Map. */
export interface StageResult {
  readonly round: string;
  readonly task: number;
}

/**
 * The Stage step: one job that makes a source readable by rows, such as a seek index of one compressed
 * array. What it makes lies below `_staged/` and serves every later run of the same source version.
 */
export function createHandler(deps: StageDeps): Step<StageTask, StageResult> {
  const { s3, outputBucket, logger, metrics } = deps;

  return async ({ unit, job, options }, signal) => {
    logger.appendKeys({ unit: unit.uri, ...job });
    await stageUnit({ unit, job }, resolveContext(s3, outputBucket, options, signal), signal);
    logger.info('staged');
    metrics.addMetric('JobsStaged', MetricUnit.Count, 1);
    return job;
  };
}
