import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
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
  /** Keeps the events with which ReportFailure could not be invoked. */
  readonly deadLetters: IQueue;
}

/**
 * The topic that gets one message per failed execution, and takes those of CloudWatch's alarms of
 * the account. People or programs can subscribe to it. TLS only.
 */
export class FailureTopic extends Topic {
  constructor(scope: Construct, id: string, encryptionKey: IKey | undefined) {
    super(scope, id, { masterKey: encryptionKey, enforceSSL: true });
    // AWS's own policy, which lets alarms publish, is replaced by that which asks for TLS.
    this.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}

/**
 * Makes Lambda send what a function returned, or how it failed, to a topic. The CDK's
 * `SnsDestination` would give the role the wider `kms:GenerateDataKey*`.
 */
export function publishTo(topic: ITopic): IDestination {
  return { bind: () => ({ destination: topic.topicArn }) };
}

/**
 * Invokes ReportFailure for each execution that ends without success. The children of a Distributed
 * Map have other ARNs and do not match.
 */
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
