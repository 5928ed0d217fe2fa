import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { acknowledgeWildcard } from './acknowledgements.ts';

/** One statement of a role, and why the role has it. */
export interface Permission {
  readonly reason: string;
  readonly actions: readonly string[];
  /** ARNs of the resources. */
  readonly resources: readonly string[];
}

/** What reads objects that a key encrypts. */
export const DECRYPT = ['kms:Decrypt'];

/** What writes such objects, and reads them where they are there already. */
export const ENCRYPT = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** What makes an object of parts, which S3 has to list. */
export const SEND_PARTS = [
  's3:AbortMultipartUpload',
  's3:GetObject',
  's3:ListMultipartUploadParts',
  's3:PutObject',
];

const SEND_TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

/** Lets X-Ray trace a function. */
export const TRACING: Permission = {
  reason: 'traces have no resource that a policy could name',
  actions: SEND_TRACES,
  resources: ['*'],
};

/** Lets Lambda join a function to its VPC. */
export const JOINS_VPC: Permission = {
  reason: 'Lambda joins the function to its VPC; these actions name no resource',
  actions: [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  resources: ['*'],
};

/** Lets a function write its log. */
export function writesLogs(logGroup: ILogGroup): Permission {
  return {
    reason: 'the function writes to its own log group',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  };
}

/** The use of a key, where there is one. */
export function useOf(
  key: IKey | undefined,
  actions: readonly string[],
  reason: string,
): readonly Permission[] {
  return key === undefined ? [] : [{ reason, actions, resources: [key.keyArn] }];
}

/** A create-only write that is refused looks at what is there, and removes the parts it sent. */
export function creates(bucket: IBucket, key: string, reason: string): Permission {
  return {
    reason,
    actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    resources: [bucket.arnForObjects(key)],
  };
}

/** The same by a single request, of which no parts are left. */
export function createsWhole(bucket: IBucket, key: string, reason: string): Permission {
  const actions = ['s3:GetObject', 's3:PutObject'];
  return { reason, actions, resources: [bucket.arnForObjects(key)] };
}

/** Reads the objects of a bucket at keys of this pattern. */
export function reads(bucket: IBucket, key: string, reason: string): Permission {
  return { reason, actions: ['s3:GetObject'], resources: [bucket.arnForObjects(key)] };
}

/** Adds permissions to a role or policy; the reason of each also answers for its wildcards. */
export function allow(grantee: IGrantable & IConstruct, permissions: readonly Permission[]): void {
  for (const { actions, resources, reason } of permissions) {
    const statement = new PolicyStatement({ actions: [...actions], resources: [...resources] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
    for (const resource of resources) acknowledgeWildcard(grantee, resource, reason);
  }
}
