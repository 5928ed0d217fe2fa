import type { ResourcePolicy, RoleDescription } from '#local/iam/principals.ts';
import { ACCOUNT, bucketArn } from './account.ts';
import { UnsupportedTemplate } from './deploy-errors.ts';
import type { Stack } from './stack.ts';

/** Managed policies of AWS that allow only what is not simulated: logs and traces. */
const INERT_MANAGED_POLICIES = new Set([
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
]);

/** Managed policies of the template, which several roles may use, by ARN. */
function managedPolicies(stack: Stack) {
  return stack.resourcesOf('AWS::IAM::ManagedPolicy').map(({ name, ref, properties }) => ({
    arn: ref,
    name,
    document: properties.PolicyDocument,
    roles: properties.Roles,
  }));
}

/**
 * Gathers each role with every policy that the template attaches to it.
 *
 * @throws {UnsupportedTemplate} a managed policy of AWS is not known; the message names it.
 */
export function describeRoles(stack: Stack): readonly RoleDescription[] {
  const managed = managedPolicies(stack);
  const attached = [
    ...managed,
    ...stack.resourcesOf('AWS::IAM::Policy').map(({ properties }) => ({
      arn: undefined,
      name: properties.PolicyName,
      document: properties.PolicyDocument,
      roles: properties.Roles,
    })),
  ];
  return stack.resourcesOf('AWS::IAM::Role').map(({ name, attribute, properties }) => {
    const arns = properties.ManagedPolicyArns.filter((arn) => !INERT_MANAGED_POLICIES.has(arn));
    const unknown = arns.find((arn) => !managed.some((policy) => policy.arn === arn));
    if (unknown) throw new UnsupportedTemplate(`role ${name}: the policy ${unknown} is not known`);
    return {
      name,
      arn: attribute('Arn'),
      trustPolicy: properties.AssumeRolePolicyDocument,
      policies: [
        ...properties.Policies.map((inline) => ({
          name: inline.PolicyName,
          document: inline.PolicyDocument,
        })),
        ...attached.filter(
          ({ roles, arn }) => roles.includes(name) || (arn !== undefined && arns.includes(arn)),
        ),
      ],
    };
  });
}

function queuePolicies(stack: Stack): ResourcePolicy[] {
  const arns = new Map(
    stack.resourcesOf('AWS::SQS::Queue').map(({ ref, attribute }) => [ref, attribute('Arn')]),
  );
  return stack.resourcesOf('AWS::SQS::QueuePolicy').flatMap(({ logicalId, properties }) =>
    properties.Queues.map((url) => ({
      resource: arns.get(url) ?? url,
      name: logicalId,
      document: properties.PolicyDocument,
    })),
  );
}

/** A permission is one statement of the function's own policy. */
function functionPermissions(stack: Stack): ResourcePolicy[] {
  return stack.resourcesOf('AWS::Lambda::Permission').map(({ logicalId, properties }) => {
    const { Action, FunctionName, Principal, SourceArn, SourceAccount } = properties;
    const isService = Principal.endsWith(`.${ACCOUNT.urlSuffix}`);
    const statement = {
      Effect: 'Allow',
      Action,
      Resource: FunctionName,
      Principal: isService ? { Service: Principal } : { AWS: Principal },
      Condition: {
        ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
        ...(SourceAccount !== undefined && {
          StringEquals: { 'aws:SourceAccount': SourceAccount },
        }),
      },
    };
    const document = { Version: '2012-10-17', Statement: [statement] };
    return { resource: FunctionName, name: logicalId, document };
  });
}

/** Gathers the policies of buckets, queues, topics and functions. */
export function describeResourcePolicies(stack: Stack): readonly ResourcePolicy[] {
  const buckets = stack.resourcesOf('AWS::S3::BucketPolicy').map(({ logicalId, properties }) => ({
    resource: bucketArn(properties.Bucket),
    name: logicalId,
    document: properties.PolicyDocument,
  }));
  const topics = stack.resourcesOf('AWS::SNS::TopicPolicy').flatMap(({ logicalId, properties }) =>
    properties.Topics.map((resource) => ({
      resource,
      name: logicalId,
      document: properties.PolicyDocument,
    })),
  );
  return [...buckets, ...topics, ...queuePolicies(stack), ...functionPermissions(stack)];
}
