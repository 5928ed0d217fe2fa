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
import type { RequestDefaults } from '#core/contract.ts';
import { Buckets } from './buckets.ts';
import { FailureRule, FailureTopic } from './failure-reports.ts';
import { Functions, ONE_CPU_MIB } from './functions.ts';
import { LedgerTable } from './ledger-table.ts';
import { letLogsUse, stepMetric } from './observability.ts';
import { assertNoLoop, BUNDLE_META, type ScheduledRequest, Triggers } from './triggers.ts';
import { Workflow } from './workflow.ts';

/** Settings of {@link SparseFanout}. */
export interface SparseFanoutProps {
  /**
   * Holds the sparse matrices. Objects in a bucket that is given start runs only if its events go
   * to EventBridge.
   * @default a new bucket, private, encrypted, TLS only
   */
  readonly sourceBucket?: IBucket;
  /**
   * Receives chunks, plans and manifests. May be the source bucket.
   * @default a new bucket, private, encrypted, TLS only
   */
  readonly outputBucket?: IBucket;
  /**
   * Encrypts the new buckets, the ledger, the logs, the failure topic and the dead-letter queue. The policy of a key
   * that is not of this app must let CloudWatch Logs and EventBridge use it.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
  /**
   * How the keys of objects begin that start a run.
   * @default '' any key
   */
  readonly triggerPrefix?: string;
  /**
   * How the keys of objects end that start a run: a matrix of one object, or the last object of a CSR bundle.
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
   * Sections of a request that are used where it is silent, because an S3 event cannot carry them.
   * @default none
   */
  readonly requestDefaults?: RequestDefaults;
  /**
   * Writers at once where a request names no `limits.concurrency`.
   * @default 500
   */
  readonly maxConcurrency?: number;
  /**
   * Memory of one writer, MiB; Lambda gives CPU and network in proportion.
   * @default 1769, one full vCPU
   */
  readonly writerMemoryMiB?: number;
  /**
   * How long logs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to new buckets, ledger and logs when the stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Fills in the defaults that {@link SparseFanoutProps} documents. */
function settingsOf(props: SparseFanoutProps) {
  const { maxConcurrency: concurrency } = props;
  return {
    encryptionKey: props.encryptionKey,
    keys: {
      prefix: props.triggerPrefix ?? '',
      suffixes: props.triggerSuffixes ?? ['.npz', BUNDLE_META],
    },
    requestDefaults: {
      ...(concurrency !== undefined && { limits: { concurrency } }),
      ...props.requestDefaults,
    },
    writerMemoryMiB: props.writerMemoryMiB ?? ONE_CPU_MIB,
    logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
  };
}

/** @throws {Error} one of `schedule` and `scheduledRequest` is there without the other. */
function scheduledRequestOf(props: SparseFanoutProps): ScheduledRequest | undefined {
  const { schedule, scheduledRequest: request } = props;
  if (schedule !== undefined && request !== undefined) return { schedule, request };
  if (schedule === undefined && request === undefined) return undefined;
  const [given, missing] =
    schedule === undefined ? ['scheduledRequest', 'schedule'] : ['schedule', 'scheduledRequest'];
  throw new Error(`${given} needs ${missing}: a schedule starts one request`);
}

/**
 * Fans sparse matrices in S3 out into ordered chunks: a state machine that plans, writes and
 * finalizes, its functions and ledger, what starts it, and who is told when it fails.
 *
 * @throws {Error} the outputs would match their own trigger, or a schedule lacks its request.
 */
export class SparseFanout extends Construct {
  readonly stateMachine: StateMachine;
  readonly ledger: LedgerTable;
  readonly sourceBucket: IBucket;
  readonly outputBucket: IBucket;
  readonly functions: Functions;
  /** Sections of a request that are used where it is silent. */
  readonly requestDefaults: RequestDefaults;
  /** Takes one message for each execution that fails; subscribe to it. */
  readonly failureTopic: ITopic;
  /** Holds S3 events and scheduled requests that could not start a run, and failures not reported. */
  readonly deadLetters: IQueue;
  /** Dimension of the functions' metrics: deployments in one account are told apart by it. */
  readonly #service: string;

  constructor(scope: Construct, id: string, props: SparseFanoutProps = {}) {
    super(scope, id);
    const settings = settingsOf(props);
    const scheduled = scheduledRequestOf(props);
    assertNoLoop(props.sourceBucket, props.outputBucket, settings.keys.suffixes);
    if (props.encryptionKey !== undefined) letLogsUse(props.encryptionKey, this);
    this.#service = this.node.path;
    this.requestDefaults = settings.requestDefaults;

    const buckets = new Buckets(this, 'Buckets', { ...props, ...settings });
    this.sourceBucket = buckets.source;
    this.outputBucket = buckets.output;
    this.ledger = new LedgerTable(this, 'Ledger', settings);
    const stores = {
      sourceBucket: this.sourceBucket,
      outputBucket: this.outputBucket,
      ledger: this.ledger,
    };

    this.failureTopic = new FailureTopic(this, 'FailureTopic', settings.encryptionKey);
    const { failureTopic } = this;
    const service = this.#service;
    this.functions = new Functions(this, 'Functions', {
      ...settings,
      ...stores,
      service,
      failureTopic,
    });
    const { plan, stage, write, finalize, reportFailure } = this.functions;
    const steps = { plan, stage, write, finalize };
    const workflow = new Workflow(this, 'Workflow', { ...settings, ...stores, ...steps });
    this.stateMachine = workflow.stateMachine;

    const started = { stateMachine: this.stateMachine, scheduled };
    const triggers = new Triggers(this, 'Triggers', { ...settings, ...stores, ...started });
    this.deadLetters = triggers.deadLetters;
    const { stateMachine, deadLetters } = this;
    new FailureRule(this, 'ExecutionFailed', { stateMachine, reportFailure, deadLetters });
  }

  /** Lets an identity start runs, and nothing else. */
  grantStart(grantee: IGrantable): Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  /** Executions that ended with a manifest, or found one. */
  metricExecutionsSucceeded(options?: MetricOptions): Metric {
    return this.stateMachine.metricSucceeded(options);
  }

  /** Executions that failed; redrive or start them again. */
  metricExecutionsFailed(options?: MetricOptions): Metric {
    return this.stateMachine.metricFailed(options);
  }

  /** Chunks written; those that were skipped because they were there do not count. */
  metricChunksWritten(options?: MetricOptions): Metric {
    return stepMetric('ChunksWritten', this.#service, options);
  }

  /** Bytes of the chunks written. */
  metricBytesWritten(options?: MetricOptions): Metric {
    return stepMetric('BytesWritten', this.#service, options);
  }

  /** S3 events and scheduled requests that could not start a run, and failures not reported. */
  metricDeadLetters(options?: MetricOptions): Metric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible(options);
  }
}
