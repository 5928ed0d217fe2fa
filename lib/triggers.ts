import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ENV, type TriggerKeys } from '#core/contract.ts';
import { ACKNOWLEDGED, acknowledge } from './acknowledgements.ts';
import { allow, ENCRYPT, type Permission, useOf } from './permissions.ts';

/** The keys of the source bucket that start a run. */
export interface KeyPattern {
  readonly prefix: string;
  readonly suffixes: readonly string[];
}

/** A request that a schedule starts again and again. */
export interface ScheduledRequest {
  readonly schedule: ScheduleExpression;
  readonly request: Readonly<Record<string, unknown>>;
}

/** Settings of {@link Triggers}. */
export interface TriggersProps {
  readonly stateMachine: IStateMachine;
  readonly sourceBucket: IBucket;
  /** Undefined if no object starts a run. */
  readonly keys: KeyPattern | undefined;
  readonly scheduled: ScheduledRequest | undefined;
  readonly encryptionKey: IKey | undefined;
  /** Keys that a schedule uses still, of what they encrypted before. */
  readonly earlierKeys: readonly IKey[];
}

/** Says to functions what starts runs: Plan refuses outputs that would. */
export function triggering({
  sourceBucket: { bucketName: bucket },
  keys,
}: Pick<TriggersProps, 'sourceBucket' | 'keys'>): Readonly<Record<string, string>> {
  const trigger: TriggerKeys | null = keys ? { bucket, ...keys } : null;
  return { [ENV.trigger]: JSON.stringify(trigger) };
}

/** Endings of the keys that a run writes, whatever its output is. */
const OUTPUT_ENDINGS = ['.csv', '.csv.gz', '.json', '.jsonl', '.npy', '.idx', '.bin', '.chunks'];

/** Ending of the last object of a CSR bundle. No run writes such an object. */
export const BUNDLE_META = '/meta.json';

/**
 * How an object came that was not sent in parts, as S3's events say it. A client that starts a run
 * itself sends the `meta.json` of its bundle in parts, so that the event starts no other run.
 */
const IN_ONE_PIECE = ['PutObject', 'POST Object', 'CopyObject'];

/**
 * An event that AWS could not deliver in this time goes to the queue, because somebody must look at
 * it.
 */
export const DELIVERY = { retryAttempts: 50, maxEventAge: Duration.hours(6) };

/** The longest time that SQS keeps a message. */
const KEEP_DEAD_LETTERS = Duration.days(14);

/**
 * Refuses a trigger that the objects of a run would match: each run would start the next, without
 * end. The prefix cannot prevent it, because outputs lie below the key of their source.
 *
 * @throws {Error} source and output are in the same bucket, and an output key may end with the
 * suffix.
 */
export function assertNoLoop(
  sourceBucket: IBucket | undefined,
  outputBucket: IBucket | undefined,
  suffixes: readonly string[],
): void {
  if (sourceBucket === undefined || sourceBucket.bucketName !== outputBucket?.bucketName) return;
  for (const suffix of suffixes) assertNoOutput(suffix);
}

/** @throws {Error} a key that a run writes may end with the suffix. */
function assertNoOutput(suffix: string): void {
  if (suffix === BUNDLE_META) return;
  const ending = OUTPUT_ENDINGS.find((known) => known.endsWith(suffix) || suffix.endsWith(known));
  if (ending === undefined) return;
  throw new Error(
    `the trigger suffix ${JSON.stringify(suffix)} would also match the outputs (*${ending}), which lie in the same bucket; choose a suffix that outputs do not have, such as ".npz", or another outputBucket`,
  );
}

/**
 * EventBridge matches any pattern of a list, so a prefix and a suffix together must be one
 * wildcard.
 */
function matchingKeys({ prefix, suffixes }: KeyPattern): string[] {
  const literal = (text: string) => text.replaceAll(/[\\*]/g, '\\$&');
  const patterns = suffixes.map((suffix) => {
    if (suffix === '') return Match.prefix(prefix);
    if (prefix === '') return Match.suffix(suffix);
    return Match.wildcard(`${literal(prefix)}*${literal(suffix)}`);
  });
  return Match.anyOf(...patterns);
}

/** What starts runs automatically: objects that arrive, and a schedule. */
export class Triggers extends Construct {
  /** Queue of events that could not be delivered. */
  readonly deadLetters: Queue;
  readonly #keyUse: readonly Permission[];

  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    const { encryptionKey, earlierKeys } = props;
    const keys = [...(encryptionKey === undefined ? [] : [encryptionKey]), ...earlierKeys];
    const reason = 'requests, the executions that they start, and the queue are encrypted';
    this.#keyUse = keys.flatMap((key) => useOf(key, ENCRYPT, reason));
    this.deadLetters = this.#createQueue(props.encryptionKey);
    if (props.keys !== undefined) this.#startOnObjects(props, props.keys);
    if (props.scheduled !== undefined) this.#startOnSchedule(props, props.scheduled);
  }

  #createQueue(encryptionKey: IKey | undefined): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      encryption: encryptionKey === undefined ? QueueEncryption.SQS_MANAGED : QueueEncryption.KMS,
      encryptionMasterKey: encryptionKey,
      enforceSSL: true,
      retentionPeriod: KEEP_DEAD_LETTERS,
    });
    acknowledge(queue, ACKNOWLEDGED.deadLetters);
    return queue;
  }

  /** A matrix of one object may come in parts, a bundle's last object only in one piece. */
  #startOnObjects(props: TriggersProps, { prefix, suffixes }: KeyPattern): void {
    const role = new Role(this, 'EventRole', {
      assumedBy: new ServicePrincipal('events.amazonaws.com'),
    });
    allow(role, this.#keyUse);
    const started = { ...props, role };
    const matrices = suffixes.filter((suffix) => suffix !== BUNDLE_META);
    if (matrices.length > 0)
      this.#startOn('ObjectCreated', started, { prefix, suffixes: matrices });
    if (matrices.length === suffixes.length) return;
    const bundles = { prefix, suffixes: [BUNDLE_META], reason: IN_ONE_PIECE };
    this.#startOn('BundleCreated', started, bundles);
  }

  /** The event is passed on unchanged; Plan knows its form. */
  #startOn(
    id: string,
    { stateMachine, sourceBucket, role }: TriggersProps & { readonly role: Role },
    { reason, ...keys }: KeyPattern & { readonly reason?: readonly string[] },
  ): void {
    const target = { role, deadLetterQueue: this.deadLetters, ...DELIVERY };
    new Rule(this, id, {
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [sourceBucket.bucketName] },
          object: { key: matchingKeys(keys) },
          ...(reason && { reason }),
        },
      },
      targets: [new SfnStateMachine(stateMachine, target)],
    });
  }

  #startOnSchedule(props: TriggersProps, { schedule, request }: ScheduledRequest): void {
    const account = Stack.of(this).account;
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const { encryptionKey: key } = props;
    allow(role, this.#keyUse);
    new Schedule(this, 'Schedule', {
      schedule,
      ...(key && { key }),
      target: new StepFunctionsStartExecution(props.stateMachine, {
        input: ScheduleTargetInput.fromObject(request),
        deadLetterQueue: this.deadLetters,
        role,
        ...DELIVERY,
      }),
    });
  }
}
