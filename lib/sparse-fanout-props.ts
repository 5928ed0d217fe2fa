import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { RequestDefaults } from '#core/contract.ts';
import type { Monitoring } from './monitoring.ts';
import type { PostgresDatabases } from './postgres.ts';
import type { StepMemory } from './step-memory.ts';
import type { Transforms } from './transforms.ts';

/** What starts runs. */
interface TriggerProps {
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
}

/** Code and databases that requests may name. */
interface ExtensionProps {
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
   * Functions that `transform.sql` of a table may call: for each name that a request may give as
   * `transform.functions` the file of an ES module, in TypeScript or JavaScript. It is bundled with
   * what it imports.
   * @default none
   * @see docs/tables.md, Functions of your own
   */
  readonly functions?: Readonly<Record<string, string>>;
}

/** How much works at once, and with what. */
interface CapacityProps {
  /**
   * Most writers at the same time, if a request has no `limits.concurrency`.
   * @default 500, or {@link reservedConcurrency} where there are no databases
   */
  readonly maxConcurrency?: number;
  /**
   * Invocations of each function that writes chunks that Lambda keeps free for it, and allows at
   * most.
   * @default none: the functions share what the account has left
   */
  readonly reservedConcurrency?: number;
  /**
   * Memory of steps in MiB, up to 10,240. Lambda gives processor in proportion: 1,769 have one
   * vCPU. A writer of matrices (`Write`) needs 512, each other step what it has by default.
   * @default 512 for Write, 1,024 for ReportFailure, 1,769 for the others
   */
  readonly memoryMiB?: Partial<StepMemory>;
}

/** Where the functions run. */
interface NetworkProps {
  /**
   * The VPC of the functions. From its subnets they must reach S3 and DynamoDB (gateway endpoints),
   * and, by interface endpoints or NAT, Lambda for `transforms`, Secrets Manager for `postgres` and
   * X-Ray for traces.
   * @default outside of VPCs
   */
  readonly vpc?: IVpc;
  /** @default the private subnets of the VPC */
  readonly subnets?: SubnetSelection;
  /**
   * Of all the functions. They need no inbound rule; outbound, TCP 443 and the ports of databases.
   * @default a new one
   */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/** How data are kept, and who may read them. */
interface StorageProps {
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
   * Key for the new buckets, the ledger, the logs, the failure topic, the dead-letter queue, the
   * state machine with the history of its executions, the environment of the functions, and the
   * schedule. The policy of a key from outside this app must allow CloudWatch, CloudWatch Logs and
   * EventBridge to use it.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
  /**
   * Keys that were the {@link encryptionKey} once: what they encrypted stays readable. Nothing new
   * is encrypted with them but parts of uploads that began with them.
   * @default none
   */
  readonly earlierKeys?: readonly IKey[];
  /**
   * How long logs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to new buckets, the ledger and the logs when the stack is deleted.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: they stay, unless the very deployment that
   * creates them fails
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the objects of the new buckets are deleted with the stack. Needs
   * `RemovalPolicy.DESTROY`, and adds a function of the CDK that may delete them.
   * @default false
   */
  readonly autoDeleteObjects?: boolean;
}

/** Settings of {@link SparseFanout}. */
export interface SparseFanoutProps
  extends StorageProps,
    TriggerProps,
    ExtensionProps,
    CapacityProps,
    NetworkProps {
  /**
   * Alarms, a dashboard, and the topic that the alarms go to.
   * @default none
   * @see docs/runbook.md, Alarms
   */
  readonly monitoring?: Monitoring;
  /**
   * What bounds the permissions of every role.
   * @default nothing
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * Tags of every resource that can have tags.
   * @default none
   */
  readonly tags?: Readonly<Record<string, string>>;
}
