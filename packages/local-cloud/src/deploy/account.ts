/** The account and region that every local stack is deployed to. */
export const ACCOUNT = {
  accountId: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
} as const;

/**
 * ARN of a resource of this account and region, such as `regionalArn('states', 'stateMachine:x')`.
 */
export function regionalArn(service: string, resource: string): string {
  return `arn:${ACCOUNT.partition}:${service}:${ACCOUNT.region}:${ACCOUNT.accountId}:${resource}`;
}

/** ARN of a bucket. */
export const bucketArn = (name: string): string => `arn:${ACCOUNT.partition}:s3:::${name}`;

/** ARN of a DynamoDB table. */
export const tableArn = (name: string): string => regionalArn('dynamodb', `table/${name}`);
