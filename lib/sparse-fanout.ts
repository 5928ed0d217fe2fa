import { bundleAll } from '@sparse-fanout/engine/bundle-functions.ts';
import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type RequestDefaults, WRITER_MIB } from '#core/contract.ts';
import { Buckets } from './buckets.ts';
import { tagForDiscovery } from './discovery-tags.ts';
import { FailureRule, FailureTopic } from './failure-reports.ts';
import { Functions } from './functions.ts';
import { LedgerTable } from './ledger-table.ts';
import { letLogsUse, stepMetric } from './observability.ts';
import { assertPostgres, type PostgresDatabases } from './postgres.ts';
import { allowTransforms, assertTransforms, type Transforms } from './transforms.ts';
import {
  assertNoLoop,
  BUNDLE_META,
  type KeyPattern,
  type ScheduledRequest,
  Triggers,
} from './triggers.ts';
import { Workflow } from './workflow.ts';

/** Settings of {@link SparseFanout}. */
export interface SparseFanoutProps {
  /**
   * Bucket of the matrices and tables. If you give one, its objects start runs only if its events
   * go to EventBridge.
   * @default a new bucket, private, encrypted, TLS only
   */
  readonly sourceBucket?: IBucket;
  /**
   * Bucket for chunks, plans and manifests. May be the source bucket.
   * @default a new bucket, private, encrypted, TLS only
   */
  readonly outputBucket?: IBucket;
  /**
   * Key for the new buckets, the ledger, the logs, the failure topic and the dead-letter queue. The
   * policy of a key from outside this app must allow CloudWatch Logs and EventBridge to use it.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
  /**
   * Whether objects that arrive in the source bucket start runs.
   * @default true
   */
  readonly startOnObjects?: boolean;
  /**
   * Only objects whose keys begin with this start a run.
   * @default '', any key
   */
  readonly triggerPrefix?: string;
  /**
   * Only objects whose keys end with one of these start a run: a matrix of one object, or the last
   * object of a CSR bundle.
   * @default ['.npz', '/meta.json']
   */
  readonly triggerSuffixes?: readonly string[];
  /**
   * When to start {@link scheduledRequest}.
   * @default never
   */
  readonly schedule?: ScheduleExpression;
  /**
   * The request that the schedule starts.
   * @default none; a schedule needs one
   */
  readonly scheduledRequest?: Readonly<Record<string, unknown>>;
  /**
   * Sections of a request that are used if a request does not have them. An S3 event, for example,
   * never has them.
   * @default none
   */
  readonly requestDefaults?: RequestDefaults;
  /**
   * Functions that `transform.lambda` of a request may name, by these names. Each is published as a
   * version, which alone is called, and may read the rows that it is given and write what it makes
   * of them, below `_transform/` of the output bucket.
   * @default none
   */
  readonly transforms?: Transforms;
  /**
   * PostgreSQL databases that `source.postgres` and `output.postgres` of a request may name, by
   * these names. Three functions of their own reach them, in their VPC; all others stay outside.
   * @default none
   * @see docs/tables.md, PostgreSQL
   */
  readonly postgres?: PostgresDatabases;
  /**
   * Most writers at the same time, if a request has no `limits.concurrency`.
   * @default 500
   */
  readonly maxConcurrency?: number;
  /**
   * Memory of one writer in MiB, from 512 to 10,240. Lambda gives processor in proportion: 1,769
   * have one vCPU.
   * @default 512, the least that holds every bound, and the cheapest
   */
  readonly writerMemoryMiB?: number;
  /**
   * Functions that `transform.sql` of a table may call: for each name that a request may give as
   * `transform.functions` the file of an ES module, in TypeScript or JavaScript. It is bundled with
   * what it imports.
   * @default none
   * @see docs/tables.md, Functions of your own
   */
  readonly functions?: Readonly<Record<string, string>>;
  /**
   * How long logs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to new buckets, the ledger and the logs when the stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Presets, of which `limits` has the concurrency beside what else it presets. */
function withConcurrency(
  defaults: RequestDefaults,
  concurrency: number | undefined,
): RequestDefaults {
  if (concurrency === undefined) return defaults;
  const limits = { concurrency, ...(defaults['limits'] as object | undefined) };
  return { ...defaults, limits };
}

/** Fills in the defaults of {@link SparseFanoutProps}. */
function settingsOf(props: SparseFanoutProps) {
  const { maxConcurrency: concurrency } = props;
  return {
    encryptionKey: props.encryptionKey,
    keys: keysOf(props),
    requestDefaults: withConcurrency(props.requestDefaults ?? {}, concurrency),
    writerMemoryMiB: writerMemoryOf(props),
    transforms: props.transforms ?? {},
    postgres: props.postgres ?? {},
    modules: bundleAll(Object.entries(props.functions ?? {})),
    logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
  };
}

/** The keys that start runs; undefined if none does. */
function keysOf(props: SparseFanoutProps): KeyPattern | undefined {
  if (props.startOnObjects === false) return undefined;
  return {
    prefix: props.triggerPrefix ?? '',
    suffixes: props.triggerSuffixes ?? ['.npz', BUNDLE_META],
  };
}

/** @throws {Error} less than a writer needs, or more than Lambda has. */
function writerMemoryOf({ writerMemoryMiB: given = WRITER_MIB.least }: SparseFanoutProps): number {
  const { least, most } = WRITER_MIB;
  if (Number.isInteger(given) && least <= given && given <= most) return given;
  throw new Error(
    `writerMemoryMiB is ${given}, allowed are whole numbers from ${least} to ${most}: a row of 256 MiB needs ${least}`,
  );
}

/** @throws {Error} only one of `schedule` and `scheduledRequest` is given. */
function scheduledRequestOf(props: SparseFanoutProps): ScheduledRequest | undefined {
  const { schedule, scheduledRequest: request } = props;
  if (schedule !== undefined && request !== undefined) return { schedule, request };
  if (schedule === undefined && request === undefined) return undefined;
  const [given, missing] =
    schedule === undefined ? ['scheduledRequest', 'schedule'] : ['schedule', 'scheduledRequest'];
  throw new Error(`${given} needs ${missing}: a schedule starts one request`);
}

/**
 * Writes sparse matrices and tables in S3 as ordered files. The construct has the state machine
 * that plans, writes and finalizes, with its functions and ledger, the triggers that start it, and
 * the topic for its failures.
 *
 * @throws {Error} the outputs would match their own trigger, a schedule has no request, or a module
 * of functions cannot be bundled.
 * @example
 * const fanout = new SparseFanout(stack, 'Export', {
 *   schedule: Schedule.rate(Duration.days(1)),
 *   scheduledRequest: { source: 's3://bucket/x.npz', output: { compression: 'gzip' } },
 * });
 * fanout.grantStart(new Role(stack, 'Starter', { assumedBy: new AccountRootPrincipal() }));
 */
export class SparseFanout extends Construct {
  readonly stateMachine: StateMachine;
  readonly ledger: LedgerTable;
  readonly sourceBucket: IBucket;
  readonly outputBucket: IBucket;
  readonly functions: Functions;
  /** Sections of a request that are used where it is silent. */
  readonly requestDefaults: RequestDefaults;
  /** SHA-256 of each module of functions, by its name. */
  readonly functionDigests: Readonly<Record<string, string>>;
  /** Gets one message per failed execution; subscribe to it. */
  readonly failureTopic: ITopic;
  /**
   * Queue of S3 events and scheduled requests that could not start a run, and of failures that
   * could not be reported.
   */
  readonly deadLetters: IQueue;
  /** Dimension of the functions' metrics. It distinguishes deployments in one account. */
  readonly #service: string;

  constructor(scope: Construct, id: string, props: SparseFanoutProps = {}) {
    super(scope, id);
    const settings = settingsOf(props);
    const scheduled = scheduledRequestOf(props);
    const { transforms, postgres } = settings;
    assertTransforms(transforms);
    assertPostgres(postgres);
    assertNoLoop(props.sourceBucket, props.outputBucket, settings.keys?.suffixes ?? []);
    if (props.encryptionKey !== undefined) letLogsUse(props.encryptionKey, this);
    this.#service = this.node.path;
    this.requestDefaults = settings.requestDefaults;
    this.functionDigests = digestsOf(settings.modules);

    const buckets = new Buckets(this, 'Buckets', { ...props, ...settings });
    this.sourceBucket = buckets.source;
    this.outputBucket = buckets.output;
    this.ledger = new LedgerTable(this, 'Ledger', settings);
    const { sourceBucket, outputBucket, ledger } = this;
    const stores = { sourceBucket, outputBucket, ledger, transforms, postgres };
    allowTransforms(outputBucket, transforms);

    this.failureTopic = new FailureTopic(this, 'FailureTopic', settings.encryptionKey);
    const { failureTopic } = this;
    const service = this.#service;
    this.functions = new Functions(this, 'Functions', {
      ...settings,
      ...stores,
      service,
      failureTopic,
    });
    const { reportFailure, ...steps } = this.functions;
    const workflow = new Workflow(this, 'Workflow', { ...settings, ...stores, ...steps });
    this.stateMachine = workflow.stateMachine;
    tagForDiscovery(this.stateMachine, this, settings.keys);

    const started = { stateMachine: this.stateMachine, scheduled };
    const triggers = new Triggers(this, 'Triggers', { ...settings, ...stores, ...started });
    this.deadLetters = triggers.deadLetters;
    const { stateMachine, deadLetters } = this;
    new FailureRule(this, 'ExecutionFailed', { stateMachine, reportFailure, deadLetters });
  }

  /** Allows an identity to start runs, and nothing else. */
  grantStart(grantee: IGrantable): Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  /** Number of executions that wrote a manifest, or found that there is one. */
  metricExecutionsSucceeded(options?: MetricOptions): Metric {
    return this.stateMachine.metricSucceeded(options);
  }

  /** Number of executions that failed; redrive them or start them again. */
  metricExecutionsFailed(options?: MetricOptions): Metric {
    return this.stateMachine.metricFailed(options);
  }

  /** Number of chunks written. Chunks that were skipped because they existed do not count. */
  metricChunksWritten(options?: MetricOptions): Metric {
    return stepMetric('ChunksWritten', this.#service, options);
  }

  /** Number of bytes of the chunks written. */
  metricBytesWritten(options?: MetricOptions): Metric {
    return stepMetric('BytesWritten', this.#service, options);
  }

  /** S3 events and scheduled requests that could not start a run, and failures not reported. */
  metricDeadLetters(options?: MetricOptions): Metric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible(options);
  }
}
