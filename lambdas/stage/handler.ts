import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { stageUnit } from '#core/sources/resolve-source.ts';
import type { StageTask } from '#core/sources/stage-task.ts';
import { resolveContext } from '#lambdas/shared/resolve-context.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';

/** What Stage needs from outside. */
export interface StageDeps extends Instruments {
  readonly s3: S3Client;
  readonly outputBucket: string;
}

/**
 * The Stage step. Does one job of the work that makes a source readable by rows, such as making the
 * seek index of one compressed array, or a part of it if the time is up before. The result lies
 * below `_staged/`; every later run of the same source version uses it.
 */
export function createHandler(deps: StageDeps): Step<StageTask, StageJob> {
  const { s3, outputBucket, logger, metrics } = deps;

  return async ({ unit, job, options }, signal, isTimeUp) => {
    logger.appendKeys({ unit: unit.uri, ...job });
    const context = resolveContext(s3, outputBucket, { options }, signal);
    await stageUnit({ unit, job }, { ...context, isTimeUp }, signal);
    logger.info('staged');
    metrics.addMetric('JobsStaged', MetricUnit.Count, 1);
    return job;
  };
}
