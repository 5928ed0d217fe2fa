import type { TableDescription } from '#local/dynamodb/table-store.ts';
import type {
  RuleDescription,
  ScheduleDescription,
  TargetDescription,
} from '#local/events/event-bus.ts';
import type { FunctionConfiguration } from '#local/lambda/function-configuration.ts';
import { UnsupportedTemplate } from './deploy-errors.ts';
import type { Properties } from './resource-schemas.ts';
import type { Stack } from './stack.ts';

/** Lambda's own default, where no `EventInvokeConfig` says otherwise. */
const DEFAULT_ASYNC_RETRIES = 2;

/** A bucket of the template. */
export interface BucketDescription {
  readonly name: string;
  /** Whether its events reach EventBridge. */
  readonly sendsEvents: boolean;
  /** Undefined where the template says nothing of versions. */
  readonly versioning: 'Enabled' | 'Suspended' | undefined;
}

/** A state machine of the template. */
export interface StateMachineDescription {
  readonly name: string;
  readonly arn: string;
  /** JSON text. */
  readonly definition: string;
  readonly roleArn: string;
  /** Values of its tags, by their keys. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Gathers the buckets. */
export function describeBuckets(stack: Stack): readonly BucketDescription[] {
  return stack.resourcesOf('AWS::S3::Bucket').map(({ name, properties }) => ({
    name,
    sendsEvents:
      properties.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
    versioning: properties.VersioningConfiguration?.Status,
  }));
}

/** Gathers the tables, whichever of the two resource types made them. */
export function describeTables(stack: Stack): readonly TableDescription[] {
  return [
    ...stack.resourcesOf('AWS::DynamoDB::Table'),
    ...stack.resourcesOf('AWS::DynamoDB::GlobalTable'),
  ].map(({ name, properties }) => ({
    name,
    attributeDefinitions: properties.AttributeDefinitions,
    keySchema: properties.KeySchema,
    globalSecondaryIndexes: properties.GlobalSecondaryIndexes,
    localSecondaryIndexes: properties.LocalSecondaryIndexes,
  }));
}

/** How events invoke each function, by the name of the function. */
function describeAsyncInvocations(stack: Stack) {
  const topics = new Set(stack.resourcesOf('AWS::SNS::Topic').map(({ ref }) => ref));
  return new Map(
    stack.resourcesOf('AWS::Lambda::EventInvokeConfig').map(({ logicalId, properties }) => {
      const { FunctionName, MaximumRetryAttempts, DestinationConfig } = properties;
      const onSuccessTopicArn = DestinationConfig?.OnSuccess?.Destination;
      const onFailureTopicArn = DestinationConfig?.OnFailure?.Destination;
      const foreign = [onSuccessTopicArn, onFailureTopicArn].find(
        (arn) => arn !== undefined && !topics.has(arn),
      );
      if (foreign !== undefined) {
        throw new UnsupportedTemplate(`${logicalId}: ${foreign} is not a topic of the template`);
      }
      const asyncRetries = MaximumRetryAttempts ?? DEFAULT_ASYNC_RETRIES;
      return [FunctionName, { asyncRetries, onSuccessTopicArn, onFailureTopicArn }];
    }),
  );
}

type Assets = ReadonlyMap<string, string>;

function assetDirectory(assets: Assets, logicalId: string, { S3Key }: { S3Key: string }): string {
  const directory = assets.get(S3Key);
  if (directory !== undefined) return directory;
  throw new UnsupportedTemplate(`${logicalId}: there is no asset ${S3Key}`);
}

/** Directories of the layers, by ARN. */
function describeLayers(stack: Stack, assets: Assets): ReadonlyMap<string, string> {
  return new Map(
    stack
      .resourcesOf('AWS::Lambda::LayerVersion')
      .map(({ logicalId, ref, properties }) => [
        ref,
        assetDirectory(assets, logicalId, properties.Content),
      ]),
  );
}

/** MiB of ephemeral storage where a layer is all that asks for it: Lambda's own default. */
const DEFAULT_EPHEMERAL_MEGABYTES = 512;

/** Layers and ephemeral storage: a function with neither stays closed. */
function describeRoom(
  logicalId: string,
  { Layers, EphemeralStorage }: Properties<'AWS::Lambda::Function'>,
  layers: ReadonlyMap<string, string>,
) {
  const layerDirectories = Layers.map((arn) => {
    const directory = layers.get(arn);
    if (directory !== undefined) return directory;
    throw new UnsupportedTemplate(`${logicalId}: ${arn} is not a layer of the template`);
  });
  const otherwise = Layers.length > 0 ? DEFAULT_EPHEMERAL_MEGABYTES : undefined;
  return { layerDirectories, ephemeralMegabytes: EphemeralStorage?.Size ?? otherwise };
}

/**
 * Gathers the functions with their bundles.
 *
 * @throws {UnsupportedTemplate} the code of a function or a layer is not an asset of the assembly,
 *   a layer is none of the template's, or a destination is not a topic.
 */
export function describeFunctions(stack: Stack, assets: Assets): readonly FunctionConfiguration[] {
  const asyncInvocations = describeAsyncInvocations(stack);
  const layers = describeLayers(stack, assets);
  const versions = stack.resourcesOf('AWS::Lambda::Version');
  const refsOf = (name: string) => (found: typeof versions) =>
    found.filter((each) => each.name === name).map(({ ref }) => ref);
  return stack
    .resourcesOf('AWS::Lambda::Function')
    .map(({ logicalId, name, attribute, properties }) => {
      return {
        name,
        arn: attribute('Arn'),
        versionArns: refsOf(name)(versions),
        retainedVersionArns: refsOf(name)(versions.filter(({ isRetained }) => isRetained)),
        roleArn: properties.Role,
        codeDirectory: assetDirectory(assets, logicalId, properties.Code),
        ...describeRoom(logicalId, properties, layers),
        handler: properties.Handler,
        memoryMegabytes: properties.MemorySize,
        timeoutSeconds: properties.Timeout,
        environment: properties.Environment?.Variables ?? {},
        reservedConcurrency: properties.ReservedConcurrentExecutions,
        logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
        asyncRetries: DEFAULT_ASYNC_RETRIES,
        ...asyncInvocations.get(name),
      };
    });
}

/** Gathers the state machines. @throws {UnsupportedTemplate} one has no definition. */
export function describeStateMachines(stack: Stack): readonly StateMachineDescription[] {
  return stack
    .resourcesOf('AWS::StepFunctions::StateMachine')
    .map(({ logicalId, name, ref, properties }) => {
      const { Definition, DefinitionString, RoleArn: roleArn, Tags } = properties;
      const definition =
        DefinitionString ?? (Definition === undefined ? undefined : JSON.stringify(Definition));
      const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
      if (definition !== undefined) return { name, arn: ref, definition, roleArn, tags };
      throw new UnsupportedTemplate(`${logicalId} has neither Definition nor DefinitionString`);
    });
}

type RuleTarget = Properties<'AWS::Events::Rule'>['Targets'][number];

function describeTarget(target: RuleTarget): TargetDescription {
  const { InputTransformer: transformer } = target;
  return {
    arn: target.Arn,
    roleArn: target.RoleArn,
    deadLetterQueueArn: target.DeadLetterConfig?.Arn,
    input: target.Input,
    transformer: transformer && {
      paths: transformer.InputPathsMap,
      template: transformer.InputTemplate,
    },
  };
}

/** Gathers the rules with their targets. */
export function describeRules(stack: Stack): readonly RuleDescription[] {
  return stack.resourcesOf('AWS::Events::Rule').map(({ name, attribute, properties }) => ({
    name,
    arn: attribute('Arn'),
    enabled: properties.State === 'ENABLED',
    pattern: properties.EventPattern,
    targets: properties.Targets.map(describeTarget),
  }));
}

/** Gathers the schedules with their targets. */
export function describeSchedules(stack: Stack): readonly ScheduleDescription[] {
  return stack.resourcesOf('AWS::Scheduler::Schedule').map(({ name, attribute, properties }) => ({
    name,
    arn: attribute('Arn'),
    enabled: properties.State === 'ENABLED',
    expression: properties.ScheduleExpression,
    target: {
      arn: properties.Target.Arn,
      roleArn: properties.Target.RoleArn,
      deadLetterQueueArn: properties.Target.DeadLetterConfig?.Arn,
      input: properties.Target.Input,
    },
  }));
}
