import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IDestination, IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { DELIVERY } from './triggers.ts';

/** Settings of {@link FailureRule}. */
export interface FailureRuleProps {
  readonly stateMachine: IStateMachine;
  readonly reportFailure: IFunction;
  /** Keeps events that ReportFailure could not be invoked with. */
  readonly deadLetters: IQueue;
}

/** Takes one message for each execution that fails; subscribe people or programs to it. TLS only. */
export class FailureTopic extends Topic {
  constructor(scope: Construct, id: string, encryptionKey: IKey | undefined) {
    super(scope, id, { masterKey: encryptionKey, enforceSSL: true });
  }
}

/**
 * Where Lambda sends what a function returned, or how it failed. The `SnsDestination` of the CDK would
 * add a wider statement to the role, `kms:GenerateDataKey*`.
 */
export function publishTo(topic: ITopic): IDestination {
  return { bind: () => ({ destination: topic.topicArn }) };
}

/** Starts ReportFailure with each execution that ends without success. Children have another ARN. */
export class FailureRule extends Rule {
  constructor(
    scope: Construct,
    id: string,
    { stateMachine, reportFailure, deadLetters }: FailureRuleProps,
  ) {
    super(scope, id, {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [stateMachine.stateMachineArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [new LambdaFunction(reportFailure, { deadLetterQueue: deadLetters, ...DELIVERY })],
    });
  }
}
