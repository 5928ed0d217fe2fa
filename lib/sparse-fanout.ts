import { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DEFAULT_CONCURRENCY, type RequestDefaults } from '#core/contract.ts';
import { Buckets } from './buckets.ts';
import { Functions } from './functions.ts';
import { LedgerTable } from './ledger-table.ts';
import { letLogsUse, stepMetric } from './observability.ts';
import { assertNoLoop, type ScheduledRequest, Triggers } from './triggers.ts';
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
   * Encrypts the new buckets, the ledger, the logs and the dead-letter queue.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
  /**
   * How the keys of objects begin that start a run.
   * @default '' any key
   */
  readonly triggerPrefix?: string;
  /**
   * How the keys of objects end that start a run.
   * @default '.npz'
   */
  readonly triggerSuffix?: string;
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

const DEFAULTS = {
  triggerPrefix: '',
  triggerSuffix: '.npz',
  requestDefaults: {},
  maxConcurrency: DEFAULT_CONCURRENCY,
  /** One full vCPU: text is written by one thread. */
  writerMemoryMiB: 1_769,
  logRetention: RetentionDays.THREE_MONTHS,
  removalPolicy: RemovalPolicy.RETAIN,
} satisfies SparseFanoutProps;

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
 * finalizes, its functions and ledger, and what starts it.
 *
 * @throws {Error} the outputs would match their own trigger, or a schedule lacks its request.
 */
export class SparseFanout extends Construct {
  readonly stateMachine: StateMachine;
  readonly ledger: LedgerTable;
  readonly sourceBucket: IBucket;
  readonly outputBucket: IBucket;
  readonly functions: Functions;
  /** Holds S3 events and scheduled requests that could not start a run. */
  readonly deadLetters: IQueue;
  /** Dimension of the functions' metrics: deployments in one account are told apart by it. */
  readonly #service: string;

  constructor(scope: Construct, id: string, props: SparseFanoutProps = {}) {
    super(scope, id);
    const scheduled = scheduledRequestOf(props);
    const settings = { ...DEFAULTS, ...props };
    const { encryptionKey, removalPolicy, logRetention } = settings;
    const kept = { encryptionKey, removalPolicy, logRetention };
    this.#service = this.node.path;
    if (encryptionKey !== undefined) letLogsUse(encryptionKey, this);

    const { sourceBucket, outputBucket } = settings;
    const buckets = new Buckets(this, 'Buckets', { sourceBucket, outputBucket, ...kept });
    assertNoLoop(buckets.source, buckets.output, settings.triggerSuffix);
    this.sourceBucket = buckets.source;
    this.outputBucket = buckets.output;
    this.ledger = new LedgerTable(this, 'Ledger', kept);

    const { maxConcurrency, requestDefaults } = settings;
    this.functions = new Functions(this, 'Functions', {
      sourceBucket: this.sourceBucket,
      outputBucket: this.outputBucket,
      ledger: this.ledger,
      requestDefaults: { limits: { concurrency: maxConcurrency }, ...requestDefaults },
      writerMemoryMiB: settings.writerMemoryMiB,
      service: this.#service,
      ...kept,
    });
    const { plan, write, finalize } = this.functions;
    const steps = { plan, write, finalize, outputBucket: this.outputBucket };
    this.stateMachine = new Workflow(this, 'Workflow', { ...steps, ...kept }).stateMachine;

    const triggers = new Triggers(this, 'Triggers', {
      stateMachine: this.stateMachine,
      sourceBucket: this.sourceBucket,
      keys: { prefix: settings.triggerPrefix, suffix: settings.triggerSuffix },
      scheduled,
      encryptionKey,
    });
    this.deadLetters = triggers.deadLetters;
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

  /** S3 events and scheduled requests that could not start a run. */
  metricDeadLetters(options?: MetricOptions): Metric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible(options);
  }
}
