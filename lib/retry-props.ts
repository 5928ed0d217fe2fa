import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';
import type { ARRIVAL_RETRY, MAP_RETRY, RETRIES } from '#core/contract.ts';

const BACKOFF_RATE = 2;

type RetrySetting = typeof ARRIVAL_RETRY | typeof MAP_RETRY | (typeof RETRIES)[number];

/** How a setting of the contract is written in a state. */
export function retryOf(setting: RetrySetting, jitterStrategy = JitterType.FULL): RetryProps {
  const { errors, maxAttempts, intervalSeconds, maxDelaySeconds } = setting;
  return {
    errors: [...errors],
    maxAttempts,
    interval: Duration.seconds(intervalSeconds),
    maxDelay: Duration.seconds(maxDelaySeconds),
    backoffRate: BACKOFF_RATE,
    jitterStrategy,
  };
}
