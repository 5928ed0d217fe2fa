import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DistributedMap,
  type DistributedMapJsonataProps,
  OutputType,
  ResultWriterV2,
  type RetryProps,
  S3JsonLItemReader,
  Succeed,
  TaskInput,
  Timeout,
  Transformation,
  WriterConfig,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { MAP_RETRY, type PlanDecision, RETRIES } from '#core/contract.ts';
import { retryOf } from './retry-props.ts';
import { STATE_COMMENTS, type StateName } from './state-comments.ts';
import { FUNCTION_TIMEOUT } from './step-function.ts';

/** How a task invokes the function of a step. */
interface Invocation {
  readonly handler: LambdaFunction;
  readonly payload: string | Readonly<Record<string, unknown>>;
  /** Come before those of the contract, whose last one takes nearly every error. @default none */
  readonly retries?: readonly RetryProps[];
  /** @default what the function answers */
  readonly outputs?: string;
}

/** A Distributed Map over the lines of a plan. */
interface OverPlan extends Pick<DistributedMapJsonataProps, 'itemSelector' | 'outputs'> {
  readonly outputBucket: IBucket;
}

/** The states of a Map whose children each invoke one function. */
interface Children {
  /** Id of the Map. */
  readonly map: StateName;
  /** Id of the task of a child. */
  readonly id: StateName;
  readonly handler: LambdaFunction;
  readonly outputBucket: IBucket;
}

/**
 * A minute longer than a function may run, so that the function's own timeout comes first and is
 * reported.
 */
const TASK_TIMEOUT = FUNCTION_TIMEOUT.plus(Duration.minutes(1));

/** Whether a step that plans has decided this. */
export function decided(decision: PlanDecision): Condition {
  return Condition.jsonata(`{% $states.input.decision = '${decision}' %}`);
}

/** A Choice with its comment. */
export function choice(scope: Construct, id: StateName): Choice {
  return Choice.jsonata(scope, id, { comment: STATE_COMMENTS[id] });
}

/** An end of the workflow at which nothing failed. */
export function success(scope: Construct, id: StateName): Succeed {
  return Succeed.jsonata(scope, id, { comment: STATE_COMMENTS[id] });
}

/**
 * A task that invokes a function, with the retries of the contract. It names the version that is
 * published of the function, so that an execution ends with the code that it began with.
 */
export function invoke(
  scope: Construct,
  id: StateName,
  { handler, payload, retries = [], outputs = '{% $states.result.Payload %}' }: Invocation,
): LambdaInvoke {
  const task = LambdaInvoke.jsonata(scope, id, {
    comment: STATE_COMMENTS[id],
    lambdaFunction: handler.currentVersion,
    payload:
      typeof payload === 'string' ? TaskInput.fromText(payload) : TaskInput.fromObject(payload),
    outputs,
    taskTimeout: Timeout.duration(TASK_TIMEOUT),
    // The CDK's list has no TooManyRequestsException and no jitter.
    retryOnServiceExceptions: false,
  });
  for (const retry of retries) task.addRetry(retry);
  for (const setting of RETRIES) task.addRetry(retryOf(setting));
  return task;
}

/**
 * A Distributed Map over the lines of the JSONL object that Plan wrote. Retries are inside the
 * child: a retry of the Map would repeat every line, so it has one only for a plan that could not
 * be read. With a Catch there would be no Redrive.
 */
function overPlan(
  scope: Construct,
  label: StateName,
  { outputBucket, ...props }: OverPlan,
): DistributedMap {
  const map = DistributedMap.jsonata(scope, label, {
    label,
    comment: STATE_COMMENTS[label],
    itemReader: new S3JsonLItemReader({
      bucketNamePath: '{% $states.input.plan.bucket %}',
      key: '{% $states.input.plan.key %}',
    }),
    jsonataMaxConcurrency: '{% $states.input.concurrency %}',
    resultWriterV2: new ResultWriterV2({
      bucket: outputBucket,
      prefix: '{% $states.input.resultsPrefix %}',
      writerConfig: new WriterConfig({
        outputType: OutputType.JSONL,
        transformation: Transformation.COMPACT,
      }),
    }),
    ...props,
  });
  map.addRetry(retryOf(MAP_RETRY));
  return map;
}

/**
 * One child per job of a round before the plan.
 *
 * @param outputs what the step that goes on after the round gets.
 */
export function round(
  scope: Construct,
  { map: label, id, handler, outputBucket }: Children,
  outputs: string,
): DistributedMap {
  const map = overPlan(scope, label, {
    outputBucket,
    itemSelector: { task: '{% $states.context.Map.Item.Value %}' },
    outputs,
  });
  return map.itemProcessor(invoke(scope, id, { handler, payload: '{% $states.input.task %}' }));
}

/**
 * One child per line of the plan. What it works on comes first in its input, as the console shows
 * it, and the run that it is of after that.
 *
 * @param task what the function does with a line, where it does other things, too.
 */
export function writers(
  scope: Construct,
  { map: label, id, handler, outputBucket }: Children,
  task?: string,
): DistributedMap {
  const map = overPlan(scope, label, {
    outputBucket,
    itemSelector: {
      chunk: '{% $states.context.Map.Item.Value %}',
      run: '{% $states.input.run %}',
    },
    outputs: '{% $merge([$states.input, {"startedAt": $states.context.State.EnteredTime}]) %}',
  });
  const payload = {
    ...(task !== undefined && { task }),
    chunk: '{% $states.input.chunk %}',
    run: '{% $states.input.run %}',
  };
  return map.itemProcessor(invoke(scope, id, { handler, payload }));
}
