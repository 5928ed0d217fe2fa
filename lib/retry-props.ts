import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';
import { type ARRIVAL_RETRY, BACKOFF_RATE, type MAP_RETRY, type RETRIES } from '#core/contract.ts';

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
