import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import { FanoutError, TimeoutSoonError } from '#core/errors.ts';
import { TryMeter } from './try-meter.ts';

/**
 * Time to remove the parts of an upload and to write the ledger, before Lambda ends the process.
 */
const RESERVED_MILLISECONDS = 10_000;

/**
 * Part of that time for the step itself. After it the timeout is reported, whatever the step does.
 */
const CLEANUP_MILLISECONDS = 8_000;

/**
 * When less than this is left, a step that can go on in another invocation stops. It is enough to
 * use the blocks that have been read and to write a part of 33 MiB, even at a tenth of S3's speed.
 */
const STOP_MILLISECONDS = 60_000;

/**
 * One step of the workflow: a parsed input in, a small result out. `isTimeUp` becomes true a minute
 * before the function ends; `signal` is aborted ten seconds before.
 */
export type Step<Input, Output> = (
  input: Input,
  signal: AbortSignal,
  isTimeUp?: () => boolean,
) => Promise<Output>;

/** What every step writes to. */
export interface Instruments {
  readonly logger: Pick<Logger, 'appendKeys' | 'info' | 'warn'>;
  readonly metrics: { addMetric(...metric: Parameters<Metrics['addMetric']>): unknown };
}

/** The same, of a function. */
interface FunctionInstruments {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly meter: TryMeter;
}

/**
 * Makes the logger, the metrics and the meter of one function; names come from the POWERTOOLS_*
 * environment.
 */
export function createInstruments(): FunctionInstruments {
  return { logger: new Logger(), metrics: new Metrics(), meter: new TryMeter() };
}

/**
 * An error that a step throws because of the abort does not name the timeout, and would not be
 * retried.
 */
function timeoutOr(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || error instanceof FanoutError) return error;
  return new TimeoutSoonError('the function ran out of time', { cause: error });
}

async function reportTimeout(): Promise<never> {
  await sleep(CLEANUP_MILLISECONDS);
  throw new TimeoutSoonError('the function ran out of time; its uploads were given up');
}

/**
 * Wraps a step as a Lambda handler: checks the input, writes structured logs and metrics, and
 * aborts the step by a signal shortly before Lambda would kill it.
 *
 * @param parse turns the event into the step's input, or throws a RequestError.
 */
export function lambdaHandler<Input, Output>(
  step: Step<Input, Output>,
  parse: (event: unknown) => Input,
  { logger, metrics, meter }: FunctionInstruments,
) {
  const checked = async (
    event: unknown,
    context: { readonly awsRequestId: string; getRemainingTimeInMillis(): number },
    { signal }: { signal: AbortSignal },
  ) => {
    meter.begin(context.awsRequestId);
    const isTimeUp = () => context.getRemainingTimeInMillis() < STOP_MILLISECONDS;
    try {
      return await step(parse(event), signal, isTimeUp);
    } catch (error) {
      throw timeoutOr(error, signal);
    }
  };
  return middy(checked, {
    timeoutEarlyInMillis: RESERVED_MILLISECONDS,
    timeoutEarlyResponse: reportTimeout,
  })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .onError(({ error }) => logger.error('step failed', { error }));
}
