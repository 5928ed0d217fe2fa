import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import { Tags } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type Grant, type IGrantable, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { RequestDefaults } from '#core/contract.ts';
import { Buckets } from './buckets.ts';
import { tagForDiscovery } from './discovery-tags.ts';
import { FailureRule, FailureTopic } from './failure-reports.ts';
import { setFlags } from './feature-flags.ts';
import { Functions } from './functions.ts';
import { LedgerTable } from './ledger-table.ts';
import { Monitor } from './monitoring.ts';
import { letServicesUse, stepMetric } from './observability.ts';
import { ENCRYPT } from './permissions.ts';
import { settingsOf } from './settings.ts';
import type { SparseFanoutProps } from './sparse-fanout-props.ts';
import { allowTransforms } from './transforms.ts';
import { Triggers } from './triggers.ts';
import { Workflow } from './workflow.ts';

export type { SparseFanoutProps } from './sparse-fanout-props.ts';

/**
 * Writes sparse matrices and tables in S3 as ordered files. The construct has the state machine
 * that plans, writes and finalizes, with its functions and ledger, the triggers that start it, and
 * the topic for its failures.
 *
 * @throws {Error} a setting is not allowed, the outputs would match their own trigger, or a module
 * of functions cannot be bundled; one sentence says what to do.
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
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: SparseFanoutProps = {}) {
    super(scope, id);
    setFlags(this);
    const settings = settingsOf(props);
    const { transforms, postgres, encryptionKey, earlierKeys, modules } = settings;
    const keys = [...(encryptionKey === undefined ? [] : [encryptionKey]), ...earlierKeys];
    for (const key of keys) letServicesUse(key, this);
    this.#service = this.node.path;
    this.#encryptionKey = encryptionKey;
    this.requestDefaults = settings.requestDefaults;
    this.functionDigests = digestsOf(modules);

    const buckets = new Buckets(this, 'Buckets', { ...props, ...settings });
    this.sourceBucket = buckets.source;
    this.outputBucket = buckets.output;
    this.ledger = new LedgerTable(this, 'Ledger', settings);
    const { sourceBucket, outputBucket, ledger } = this;
    const stores = { sourceBucket, outputBucket, ledger, transforms, postgres };
    allowTransforms(stores, keys);

    const failureTopic = new FailureTopic(this, 'FailureTopic', encryptionKey);
    this.failureTopic = failureTopic;
    const service = this.#service;
    const common = { ...settings, ...stores, service };
    this.functions = new Functions(this, 'Functions', { ...common, failureTopic });
    const { reportFailure, ...steps } = this.functions;
    const { stateMachine } = new Workflow(this, 'Workflow', { ...common, ...steps });
    this.stateMachine = stateMachine;
    tagForDiscovery(stateMachine, stores, settings.keys);

    const { deadLetters } = new Triggers(this, 'Triggers', { ...common, stateMachine });
    this.deadLetters = deadLetters;
    new FailureRule(this, 'ExecutionFailed', { stateMachine, reportFailure, deadLetters });
    this.#finish(props);
  }

  /** What concerns all that there is by then. */
  #finish({ monitoring, permissionsBoundary, tags = {} }: SparseFanoutProps): void {
    const { functions, stateMachine, ledger, deadLetters, failureTopic } = this;
    if (monitoring !== undefined) {
      const { topic = failureTopic } = monitoring;
      const watched = { functions, stateMachine, ledger, deadLetters, service: this.#service };
      new Monitor(this, 'Monitoring', { topic, ...watched });
    }
    if (permissionsBoundary !== undefined) PermissionsBoundary.of(this).apply(permissionsBoundary);
    for (const [name, value] of Object.entries(tags)) Tags.of(this).add(name, value);
  }

  /** Allows an identity to start runs, and nothing else. */
  grantStart(grantee: IGrantable): Grant {
    const grant = this.stateMachine.grantStartExecution(grantee);
    const key = this.#encryptionKey;
    return key === undefined ? grant : grant.combine(key.grant(grantee, ...ENCRYPT));
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
