import { z } from 'zod';

/**
 * Properties that are accepted and have no effect. `notSimulated` of the local cloud names each.
 */
function notSimulated<const Names extends readonly string[]>(names: Names) {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    Names[number],
    z.ZodOptional<z.ZodUnknown>
  >;
}

/** Policy documents of IAM are checked by `src/iam`. */
const document = z.unknown();
const named = z.record(z.string(), z.string()).default({});
const flag = z.boolean().default(false);

const deadLetter = z.strictObject({ Arn: z.string().optional() }).optional();
const destination = z.strictObject({ Destination: z.string() }).optional();
const retryPolicy = z
  .strictObject({
    MaximumEventAgeInSeconds: z.number().optional(),
    MaximumRetryAttempts: z.number().optional(),
  })
  .optional();

const keyAttributes = {
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
  LocalSecondaryIndexes: z.array(z.unknown()).optional(),
  TableName: z.string().optional(),
};

const target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputTransformer: z.strictObject({ InputPathsMap: named, InputTemplate: z.string() }).optional(),
  DeadLetterConfig: deadLetter,
  RetryPolicy: retryPolicy,
});

/**
 * The resource types that are provisioned, with every property that is known. Any other property is
 * refused.
 */
export const RESOURCE_SCHEMAS = {
  'AWS::S3::Bucket': z.strictObject({
    BucketName: z.string().optional(),
    NotificationConfiguration: z
      .strictObject({
        EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: flag }).optional(),
      })
      .optional(),
    VersioningConfiguration: z
      .strictObject({ Status: z.enum(['Enabled', 'Suspended']) })
      .optional(),
    ...notSimulated([
      'BucketEncryption',
      'LifecycleConfiguration',
      'LoggingConfiguration',
      'OwnershipControls',
      'PublicAccessBlockConfiguration',
      'Tags',
    ]),
  }),
  'AWS::S3::BucketPolicy': z.strictObject({ Bucket: z.string(), PolicyDocument: document }),
  'AWS::DynamoDB::Table': z.strictObject({
    ...keyAttributes,
    BillingMode: z.literal('PAY_PER_REQUEST'),
    ...notSimulated([
      'ContributorInsightsSpecification',
      'DeletionProtectionEnabled',
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'Tags',
      'TimeToLiveSpecification',
    ]),
  }),
  'AWS::DynamoDB::GlobalTable': z.strictObject({
    ...keyAttributes,
    BillingMode: z.literal('PAY_PER_REQUEST'),
    // One replica, in the stack's own region: settings such as point-in-time recovery live there.
    Replicas: z.array(z.unknown()).max(1),
    ...notSimulated(['SSESpecification', 'TimeToLiveSpecification']),
  }),
  'AWS::Lambda::Function': z.strictObject({
    FunctionName: z.string().optional(),
    Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
    Handler: z.string(),
    Runtime: z.string().regex(/^nodejs\d+\.x$/, 'only Node.js functions run locally'),
    Role: z.string(),
    MemorySize: z.number().default(128),
    Timeout: z.number().default(3),
    Environment: z.strictObject({ Variables: named }).optional(),
    ReservedConcurrentExecutions: z.number().optional(),
    Layers: z.array(z.string()).default([]),
    EphemeralStorage: z.strictObject({ Size: z.int().min(512).max(10_240) }).optional(),
    LoggingConfig: z.looseObject({ LogGroup: z.string().optional() }).optional(),
    ...notSimulated([
      'Architectures',
      'DeadLetterConfig',
      'Description',
      'KmsKeyArn',
      'RecursiveLoop',
      'RuntimeManagementConfig',
      'Tags',
      'TracingConfig',
      'VpcConfig',
    ]),
  }),
  'AWS::Lambda::Version': z.strictObject({
    FunctionName: z.string(),
    ...notSimulated(['CodeSha256', 'Description', 'RuntimePolicy']),
  }),
  'AWS::Lambda::LayerVersion': z.strictObject({
    LayerName: z.string().optional(),
    Content: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
    ...notSimulated([
      'CompatibleArchitectures',
      'CompatibleRuntimes',
      'Description',
      'LicenseInfo',
    ]),
  }),
  'AWS::Lambda::Permission': z.strictObject({
    Action: z.string(),
    FunctionName: z.string(),
    Principal: z.string(),
    SourceArn: z.string().optional(),
    SourceAccount: z.string().optional(),
  }),
  'AWS::Lambda::EventInvokeConfig': z.strictObject({
    FunctionName: z.string(),
    Qualifier: z.string(),
    MaximumRetryAttempts: z.number().optional(),
    DestinationConfig: z
      .strictObject({ OnSuccess: destination, OnFailure: destination })
      .optional(),
    ...notSimulated(['MaximumEventAgeInSeconds']),
  }),
  'AWS::StepFunctions::StateMachine': z.strictObject({
    StateMachineName: z.string().optional(),
    StateMachineType: z.literal('STANDARD').optional(),
    DefinitionString: z.string().optional(),
    Definition: z.unknown().optional(),
    RoleArn: z.string(),
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
    ...notSimulated(['EncryptionConfiguration', 'LoggingConfiguration', 'TracingConfiguration']),
  }),
  'AWS::IAM::Role': z.strictObject({
    RoleName: z.string().optional(),
    AssumeRolePolicyDocument: document,
    ManagedPolicyArns: z.array(z.string()).default([]),
    Policies: z
      .array(z.strictObject({ PolicyName: z.string(), PolicyDocument: document }))
      .default([]),
    ...notSimulated(['Description', 'MaxSessionDuration', 'Path', 'Tags']),
  }),
  'AWS::IAM::Policy': z.strictObject({
    PolicyName: z.string(),
    PolicyDocument: document,
    Roles: z.array(z.string()).default([]),
  }),
  'AWS::IAM::ManagedPolicy': z.strictObject({
    ManagedPolicyName: z.string().optional(),
    PolicyDocument: document,
    Roles: z.array(z.string()).default([]),
    ...notSimulated(['Description', 'Path']),
  }),
  'AWS::Events::Rule': z.strictObject({
    Name: z.string().optional(),
    EventPattern: z.record(z.string(), z.unknown()),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Targets: z.array(target).default([]),
    ...notSimulated(['Description', 'Tags']),
  }),
  'AWS::Scheduler::Schedule': z.strictObject({
    Name: z.string().optional(),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    FlexibleTimeWindow: z.unknown().optional(),
    Target: z.strictObject({
      Arn: z.string(),
      RoleArn: z.string(),
      Input: z.string().optional(),
      DeadLetterConfig: deadLetter,
      RetryPolicy: retryPolicy,
    }),
    ...notSimulated(['Description', 'GroupName', 'KmsKeyArn']),
  }),
  'AWS::SQS::Queue': z.strictObject({
    QueueName: z.string().optional(),
    ...notSimulated([
      'KmsMasterKeyId',
      'MessageRetentionPeriod',
      'SqsManagedSseEnabled',
      'Tags',
      'VisibilityTimeout',
    ]),
  }),
  'AWS::SQS::QueuePolicy': z.strictObject({
    Queues: z.array(z.string()),
    PolicyDocument: document,
  }),
  'AWS::SNS::Topic': z.strictObject({
    TopicName: z.string().optional(),
    ...notSimulated(['DisplayName', 'KmsMasterKeyId', 'Tags', 'TracingConfig']),
  }),
  'AWS::SNS::TopicPolicy': z.strictObject({
    Topics: z.array(z.string()),
    PolicyDocument: document,
  }),
} as const;

/** A resource type that is provisioned. */
export type ResourceType = keyof typeof RESOURCE_SCHEMAS;

/** Properties of a resource of type `T`, checked. */
export type Properties<T extends ResourceType> = z.infer<(typeof RESOURCE_SCHEMAS)[T]>;

/** Resource types that are accepted and do nothing here. */
export const INERT_RESOURCE_TYPES: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::Logs::ResourcePolicy',
  'AWS::SNS::Subscription',
]);

/** Whether resources of this type are provisioned. */
export function isResourceType(type: string): type is ResourceType {
  return type in RESOURCE_SCHEMAS;
}
