import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The forms that ARNs resolve to. */
type Resolved =
  | string
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly string[] }
  | { readonly 'Fn::Join': readonly [string, readonly Resolved[]] };

/**
 * Writes a resolved ARN as cdk-nag does in the ids of its findings, such as `<Output9F3C.Arn>/*`.
 */
function findingText(resolved: Resolved): string {
  if (typeof resolved === 'string') return resolved;
  if ('Ref' in resolved) return `<${resolved.Ref}>`;
  if ('Fn::GetAtt' in resolved) return `<${resolved['Fn::GetAtt'].join('.')}>`;
  const [delimiter, parts] = resolved['Fn::Join'];
  return parts.map(findingText).join(delimiter);
}

const TRACED_BY_FUNCTION =
  'all children would be one trace, which X-Ray cuts at 500 KB; each function is traced';

/** Both packs have this rule. */
const UNTRACED = {
  'AwsSolutions::AwsSolutions-SF2': TRACED_BY_FUNCTION,
  'Serverless::Serverless-StepFunctionStateMachineXray': TRACED_BY_FUNCTION,
} as const;

/** Reasons why a resource does not follow a rule of AwsSolutions or Serverless. */
export const ACKNOWLEDGED = {
  deadLetters: {
    'AwsSolutions::AwsSolutions-SQS3': 'this is the dead-letter queue itself',
    'Serverless::Serverless-SQSRedrivePolicy': 'this is the dead-letter queue itself',
  },
  stepFunction: {
    'Serverless::Serverless-LambdaDLQ':
      'Step Functions invokes it synchronously: a failure goes to the state machine, not to a queue',
  },
  transform: {
    'Serverless::Serverless-LambdaDLQ':
      'a step invokes it synchronously: a failure fails the run, and goes to no queue',
  },
  reportFailure: {
    'Serverless::Serverless-LambdaDLQ':
      'its destination on failure is the topic, which gets the error beside the event',
  },
  stateMachine: {
    'AwsSolutions::AwsSolutions-SF1':
      'level ALL writes about 10 GB of logs for a million children; the ledger records every try',
    ...UNTRACED,
  },
} as const;

/** Records for cdk-nag why some of its rules do not apply to a construct. */
export function acknowledge(
  construct: IConstruct,
  reasons: Readonly<Record<string, string>>,
): void {
  const rules = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(construct).acknowledge(...rules);
}

/**
 * Records for cdk-nag why a policy has a resource with a wildcard. Does nothing if the ARN has no
 * wildcard.
 */
export function acknowledgeWildcard(policy: IConstruct, arn: string, reason: string): void {
  const text = findingText(Stack.of(policy).resolve(arn));
  if (!text.includes('*')) return;
  acknowledge(policy, { [`AwsSolutions::AwsSolutions-IAM5[Resource::${text}]`]: reason });
}
