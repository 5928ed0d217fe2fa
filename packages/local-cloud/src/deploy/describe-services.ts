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

/**
 * Gathers the functions with their bundles.
 *
 * @throws {UnsupportedTemplate} the code of a function is not an asset of the assembly, or a
 *   destination is not a topic.
 */
export function describeFunctions(
  stack: Stack,
  assets: ReadonlyMap<string, string>,
): readonly FunctionConfiguration[] {
  const asyncInvocations = describeAsyncInvocations(stack);
  return stack
    .resourcesOf('AWS::Lambda::Function')
    .map(({ logicalId, name, attribute, properties }) => {
      const codeDirectory = assets.get(properties.Code.S3Key);
      if (!codeDirectory) {
        throw new UnsupportedTemplate(`${logicalId}: there is no asset ${properties.Code.S3Key}`);
      }
      return {
        name,
        arn: attribute('Arn'),
        roleArn: properties.Role,
        codeDirectory,
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
      const { Definition, DefinitionString, RoleArn } = properties;
      const definition =
        DefinitionString ?? (Definition === undefined ? undefined : JSON.stringify(Definition));
      if (definition !== undefined) return { name, arn: ref, definition, roleArn: RoleArn };
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
