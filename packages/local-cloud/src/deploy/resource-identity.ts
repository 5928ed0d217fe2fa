import { createHash } from 'node:crypto';
import { ACCOUNT, bucketArn, regionalArn, tableArn } from './account.ts';
import { UnsupportedTemplate } from './deploy-errors.ts';

/** How a resource is named, and what `Ref` and `Fn::GetAtt` answer for it. */
interface IdentityType {
  /** Property that sets the name, where the type has one. */
  readonly nameProperty?: string;
  readonly maxNameLength: number;
  readonly ref: (name: string, logicalId: string) => string;
  readonly attributes: Readonly<Record<string, (name: string, logicalId: string) => string>>;
}

/**
 * Number of a published version. AWS counts them. Here it follows from the logical id, in which the
 * CDK puts a digest of code and configuration: other code is another version, in every start.
 */
function versionNumber(logicalId: string): string {
  return String(createHash('sha256').update(logicalId).digest().readUInt32BE());
}

const itself = (name: string) => name;
const iamArn = (path: string) => `arn:${ACCOUNT.partition}:iam::${ACCOUNT.accountId}:${path}`;
const lambdaArn = (name: string) => regionalArn('lambda', `function:${name}`);
const layerArn = (name: string) => regionalArn('lambda', `layer:${name}:1`);
const versionArn = (functionName: string, logicalId: string) =>
  `${lambdaArn(functionName)}:${versionNumber(logicalId)}`;
const stateMachineArn = (name: string) => regionalArn('states', `stateMachine:${name}`);
const queueArn = (name: string) => regionalArn('sqs', name);
const queueUrl = (name: string) =>
  `https://sqs.${ACCOUNT.region}.${ACCOUNT.urlSuffix}/${ACCOUNT.accountId}/${name}`;
const topicArn = (name: string) => regionalArn('sns', name);
const keyArn = (name: string) => regionalArn('kms', `key/${name}`);

const table: IdentityType = {
  nameProperty: 'TableName',
  maxNameLength: 255,
  ref: itself,
  attributes: { Arn: tableArn },
};

/** Resources without a name of their own go by their logical id. */
const anonymous: IdentityType = { maxNameLength: 64, ref: itself, attributes: {} };

const IDENTITY_TYPES: Readonly<Record<string, IdentityType>> = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    maxNameLength: 63,
    ref: itself,
    attributes: { Arn: bucketArn },
  },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    maxNameLength: 64,
    ref: itself,
    attributes: { Arn: lambdaArn },
  },
  // Goes by the name of its function.
  'AWS::Lambda::Version': {
    nameProperty: 'FunctionName',
    maxNameLength: 64,
    ref: versionArn,
    attributes: {
      FunctionArn: versionArn,
      Version: (_, logicalId) => versionNumber(logicalId),
    },
  },
  'AWS::Lambda::LayerVersion': {
    nameProperty: 'LayerName',
    maxNameLength: 64,
    ref: layerArn,
    attributes: { LayerVersionArn: layerArn },
  },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    maxNameLength: 80,
    ref: stateMachineArn,
    attributes: { Arn: stateMachineArn, Name: itself },
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    maxNameLength: 64,
    ref: itself,
    attributes: { Arn: (name) => iamArn(`role/${name}`) },
  },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    maxNameLength: 128,
    ref: (name) => iamArn(`policy/${name}`),
    attributes: {},
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    maxNameLength: 64,
    ref: itself,
    attributes: { Arn: (name) => regionalArn('events', `rule/${name}`) },
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    maxNameLength: 64,
    ref: itself,
    attributes: { Arn: (name) => regionalArn('scheduler', `schedule/default/${name}`) },
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    maxNameLength: 80,
    ref: queueUrl,
    attributes: { Arn: queueArn, QueueName: itself, QueueUrl: queueUrl },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    maxNameLength: 256,
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: itself },
  },
  'AWS::KMS::Key': {
    maxNameLength: 64,
    ref: itself,
    attributes: { Arn: keyArn, KeyId: itself },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    maxNameLength: 512,
    ref: itself,
    attributes: { Arn: (name) => regionalArn('logs', `log-group:${name}:*`) },
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    maxNameLength: 255,
    ref: itself,
    attributes: { Arn: (name) => regionalArn('cloudwatch', `alarm:${name}`) },
  },
};

/** Name and references of one resource. */
export interface ResourceIdentity {
  readonly name: string;
  readonly ref: string;
  /** @throws {UnsupportedTemplate} the attribute is not known. */
  attribute(attribute: string): string;
}

/** Property that names a resource of this type; undefined when it has none. */
export function nameProperty(type: string): string | undefined {
  return IDENTITY_TYPES[type]?.nameProperty;
}

/**
 * Names a resource after its stack and logical id, in lower-case letters, digits and hyphens. The
 * name is the same in every run, so that a restart finds the data. A name that is too long loses
 * its beginning, because its end holds the hash of the CDK.
 */
function physicalName(stackName: string, logicalId: string, maxLength: number): string {
  const name = `${stackName}-${logicalId}`.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  const hashLength = 9;
  return name.length <= maxLength
    ? name
    : name.slice(0, maxLength - hashLength) + name.slice(-hashLength);
}

/**
 * The name of a resource and the references to it. `given` is the name that the template sets, if
 * it sets one.
 */
export function identify(options: {
  readonly type: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly given: string | undefined;
}): ResourceIdentity {
  const { type, stackName, logicalId, given } = options;
  const identityType = IDENTITY_TYPES[type] ?? anonymous;
  const name = given ?? physicalName(stackName, logicalId, identityType.maxNameLength);
  return {
    name,
    ref: identityType.ref(name, logicalId),
    attribute(attribute) {
      const value = identityType.attributes[attribute]?.(name, logicalId);
      if (value !== undefined) return value;
      throw new UnsupportedTemplate(
        `Fn::GetAtt ${logicalId}.${attribute}: ${type} has no such attribute here`,
      );
    },
  };
}
