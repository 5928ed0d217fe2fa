import { parseEntries } from '@sparse-fanout/engine/bundle-functions.ts';
import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { RequestDefaults } from '#core/contract.ts';
import { fileTransforms } from './file-transforms.ts';
import type { Monitoring } from './monitoring.ts';
import { givenNetwork } from './network-context.ts';
import { postgresDatabases } from './postgres-context.ts';
import { SparseFanout, type SparseFanoutProps } from './sparse-fanout.ts';
import { transformsJson } from './transforms.ts';

/** Settings of {@link SparseFanoutStack}. Each is a key of the CDK context. */
export interface SparseFanoutStackProps extends StackProps {
  /**
   * `true` encrypts everything with a KMS key of the stack. `false`, where it was true before,
   * keeps the key, so that what it has encrypted stays readable, and encrypts nothing new with it.
   * @default none: AWS's own keys, and no key in the stack
   */
  readonly customerKey?: string;
  /**
   * Name of an existing bucket with the sources. Its objects start runs if it sends its events to
   * EventBridge.
   * @default a new bucket
   */
  readonly sourceBucketName?: string;
  /**
   * ARN of the KMS key that encrypts the existing source bucket.
   * @default none
   */
  readonly sourceKeyArn?: string;
  /**
   * Name of an existing bucket for the outputs; may be that of the sources.
   * @default a new bucket
   */
  readonly outputBucketName?: string;
  /**
   * ARN of the KMS key that encrypts the existing output bucket.
   * @default none
   */
  readonly outputKeyArn?: string;
  /**
   * Which objects start runs: `none`, or those whose keys begin with this prefix.
   * @default ''
   */
  readonly trigger?: string;
  /**
   * JSON of the sections of a request that are used where it is silent.
   * @default {}
   */
  readonly requestDefaults?: string;
  /**
   * When to start a run of {@link scheduledSource}, such as `rate(1 day)`.
   * @default never
   */
  readonly schedule?: string;
  /**
   * S3 URI of what the schedule exports.
   * @default none; a schedule needs this or a request
   */
  readonly scheduledSource?: string;
  /**
   * JSON of the request that the schedule starts, such as one with an inbox.
   * @default that of {@link scheduledSource}
   */
  readonly scheduledRequest?: string;
  /**
   * Files of functions that `transform.lambda` may name, such as `clean=clean.mjs,map=map.mjs`.
   * @default none
   */
  readonly transforms?: string;
  /**
   * JSON of the databases that `output.postgres` may name, such as
   * `{"main":{"secretName":"prod/main","vpcId":"vpc-1","subnetIds":["subnet-1"]}}`.
   * @default none
   */
  readonly postgres?: string;
  /**
   * `true` adds alarms and a dashboard; the ARN of a topic sends the alarms there.
   * @default none
   */
  readonly monitoring?: string;
  /**
   * JSON of the network of the functions, such as `{"vpcId":"vpc-1","subnetIds":["subnet-1"]}`.
   * @default outside of VPCs
   */
  readonly vpc?: string;
  /**
   * Invocations of each writer that Lambda keeps free for it, and allows at most.
   * @default what the account has left
   */
  readonly reservedConcurrency?: string;
  /**
   * Modules of functions for tables: `name=file`, several with commas between them.
   * @default none
   */
  readonly functions?: string;
}

/** A bucket that is there already; undefined if none is named. */
function existingBucket(
  stack: Stack,
  id: string,
  { bucketName, keyArn }: { readonly bucketName?: string; readonly keyArn?: string },
): IBucket | undefined {
  if (bucketName === undefined) {
    if (keyArn === undefined) return undefined;
    throw new Error(`the key ${keyArn} is of no bucket; name the bucket that it encrypts, too`);
  }
  const encryptionKey =
    keyArn === undefined ? undefined : Key.fromKeyArn(stack, `${id}Key`, keyArn);
  return Bucket.fromBucketAttributes(stack, id, {
    bucketName,
    ...(encryptionKey && { encryptionKey }),
  });
}

/** The buckets that are there already; they may be one. */
function existingBuckets(
  stack: Stack,
  props: SparseFanoutStackProps,
): Pick<SparseFanoutProps, 'sourceBucket' | 'outputBucket'> {
  const { sourceBucketName, sourceKeyArn, outputBucketName, outputKeyArn } = props;
  const isOne = outputBucketName !== undefined && outputBucketName === sourceBucketName;
  const source = existingBucket(stack, 'ExistingSource', {
    bucketName: sourceBucketName,
    keyArn: sourceKeyArn ?? (isOne ? outputKeyArn : undefined),
  });
  if (isOne) return { sourceBucket: source, outputBucket: source };
  const address = { bucketName: outputBucketName, keyArn: outputKeyArn };
  const output = existingBucket(stack, 'ExistingOutput', address);
  return { sourceBucket: source, outputBucket: output };
}

/** @throws {Error} the text is not a JSON object. */
function parsedObject(name: string, text: string, example: string): RequestDefaults {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as RequestDefaults;
    }
  } catch {
    // Said below.
  }
  throw new Error(
    `${name} is ${text}, allowed is a JSON object with sections of a request, such as ${example}`,
  );
}

/** @throws {Error} the text is neither `true` nor `false`. */
function parsedFlag(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  // A number or flag of cdk.json is none of these texts.
  if (['true', 'false'].includes(String(text))) return String(text) === 'true';
  throw new Error(`${name} is ${text}, allowed are true and false`);
}

/** A key that encrypts, or one that did so before; none where there never was one. */
function keysOf(
  stack: Stack,
  isEncrypted: boolean | undefined,
): Pick<SparseFanoutProps, 'encryptionKey' | 'earlierKeys'> {
  if (isEncrypted === undefined) return {};
  const removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
  const key = new Key(stack, 'Key', { enableKeyRotation: true, removalPolicy });
  return isEncrypted ? { encryptionKey: key } : { earlierKeys: [key] };
}

/** @throws {Error} the text is neither a flag nor the ARN of a topic. */
function monitoringOf(stack: Stack, text: string | undefined): Monitoring | undefined {
  if (text?.startsWith('arn:') && text.split(':')[2] === 'sns') {
    return { topic: Topic.fromTopicArn(stack, 'AlarmTopic', text) };
  }
  try {
    return parsedFlag('monitoring', text) ? {} : undefined;
  } catch {
    throw new Error(`monitoring is ${text}, allowed are true, false and the ARN of a topic`);
  }
}

/** A number, which the construct checks. */
function parsedNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function parsedDefaults(text = '{}'): RequestDefaults {
  return parsedObject('requestDefaults', text, '{"output":{"compression":"gzip"}}');
}

/** @throws {Error} both a source and a request are given, or the request is no JSON object. */
function scheduledOf({ scheduledSource: source, scheduledRequest: text }: SparseFanoutStackProps) {
  if (text === undefined) return source === undefined ? undefined : { source };
  if (source === undefined) {
    return parsedObject('scheduledRequest', text, '{"source":"s3://bucket/x.npz"}');
  }
  throw new Error(
    `scheduledSource is ${source} and scheduledRequest ${text}; give one of them: a request has its source`,
  );
}

/** @throws {Error} the text is no list of names and files. */
function parsedFiles(text = ''): ReturnType<typeof parseEntries> {
  try {
    return text === '' ? [] : parseEntries(text);
  } catch (error) {
    throw new Error(
      `transforms is ${text}, allowed are names and files of functions, such as clean=clean.mjs,map=map.mjs, each name once`,
      { cause: error },
    );
  }
}

/**
 * The stack that `cdk deploy` deploys: one SparseFanout, and outputs with the names of its
 * resources.
 */
export class SparseFanoutStack extends Stack {
  readonly fanout: SparseFanout;

  constructor(scope: Construct, id: string, props: SparseFanoutStackProps = {}) {
    super(scope, id, props);
    const { trigger, schedule, functions } = props;
    const keys = keysOf(this, parsedFlag('customerKey', props.customerKey));
    const network = givenNetwork(this, props.vpc);
    const { encryptionKey } = keys;
    const files = parsedFiles(props.transforms);
    const transforms = fileTransforms(this, files, { encryptionKey, network });
    this.fanout = new SparseFanout(this, 'Fanout', {
      transforms,
      ...keys,
      ...existingBuckets(this, props),
      ...network,
      monitoring: monitoringOf(this, props.monitoring),
      reservedConcurrency: parsedNumber(props.reservedConcurrency),
      startOnObjects: trigger !== 'none',
      triggerPrefix: trigger === 'none' ? undefined : trigger,
      requestDefaults: parsedDefaults(props.requestDefaults),
      schedule: schedule === undefined ? undefined : ScheduleExpression.expression(schedule),
      scheduledRequest: scheduledOf(props),
      postgres: postgresDatabases(this, props.postgres),
      functions: functions === undefined ? undefined : Object.fromEntries(parseEntries(functions)),
    });
    this.#createOutputs();
    if (props.transforms === undefined) return;
    new CfnOutput(this, 'Transforms', { value: transformsJson(this, transforms) });
  }

  /** What a client finds the parts of the stack by. */
  #createOutputs(): void {
    const { sourceBucket, outputBucket, ledger, stateMachine, failureTopic } = this.fanout;
    const requestDefaults = JSON.stringify(this.fanout.requestDefaults);
    new CfnOutput(this, 'SourceBucketName', { value: sourceBucket.bucketName });
    new CfnOutput(this, 'OutputBucketName', { value: outputBucket.bucketName });
    new CfnOutput(this, 'LedgerTableName', { value: ledger.tableName });
    new CfnOutput(this, 'StateMachineArn', { value: stateMachine.stateMachineArn });
    new CfnOutput(this, 'FailureTopicArn', { value: failureTopic.topicArn });
    // A client that binds a request to its run must know what the deployment adds to it.
    new CfnOutput(this, 'RequestDefaults', { value: requestDefaults });
    const functionDigests = JSON.stringify(this.fanout.functionDigests);
    new CfnOutput(this, 'FunctionDigests', { value: functionDigests });
  }
}
