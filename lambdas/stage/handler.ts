import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { S3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { stageUnit } from '#core/sources/resolve-source.ts';
import type { StageTask } from '#core/sources/stage-task.ts';
import { stageText } from '#core/tables/run/text-indexes.ts';
import { resolveContext } from '#lambdas/shared/resolve-context.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';
import { s3StagedFor } from '#lambdas/shared/text-indexes.ts';

/** What Stage needs from outside. */
export interface StageDeps extends Instruments {
  readonly s3: S3Client;
  readonly outputBucket: string;
}

/**
 * The Stage step. Does one job of the work that makes a source readable by rows, such as making the
 * seek index of one compressed array or text, or a part of it if the time is up before. The result
 * lies below `_staged/`; every later run of the same source version uses it.
 */
export function createHandler(deps: StageDeps): Step<StageTask, StageJob> {
  const { s3, outputBucket, logger, metrics } = deps;

  const stage = async (task: StageTask, signal: AbortSignal, isTimeUp?: () => boolean) => {
    if ('text' in task) {
      const stagedFor = s3StagedFor(s3, outputBucket, signal);
      const context = { store: s3ObjectStore(s3, signal), stagedFor };
      return await stageText(task, context, { signal, isTimeUp });
    }
    const { unit, job, options } = task;
    const context = resolveContext(s3, outputBucket, { options }, signal);
    await stageUnit({ unit, job }, { ...context, isTimeUp }, signal);
  };

  return async (task, signal, isTimeUp) => {
    const { job } = task;
    logger.appendKeys({ unit: 'text' in task ? task.text.uri : task.unit.uri, ...job });
    await stage(task, signal, isTimeUp);
    logger.info('staged');
    metrics.addMetric('JobsStaged', MetricUnit.Count, 1);
    return job;
  };
}
