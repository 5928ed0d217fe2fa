import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  FAILURES_FOLDER,
  SHUFFLE_FOLDER,
  STAGED_FOLDER,
  TRANSFORM_FOLDER,
} from '#core/contract.ts';

/** Settings of {@link Buckets}. */
export interface BucketsProps {
  readonly sourceBucket?: IBucket;
  readonly outputBucket?: IBucket;
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** Whether objects are deleted with their bucket. */
  readonly autoDeleteObjects: boolean;
}

const ACCESS_LOG_DAYS = 90;

/**
 * A workflow may take seven days, and can be redriven for fourteen more: older uploads were
 * abandoned.
 */
const ABORT_UPLOADS_DAYS = 22;

/** What is staged of a source is made again when it is needed and no longer there. */
const STAGED_DAYS = 30;

/**
 * Rows on their way into partitions, of a run that failed: as long as it can be redriven. Finalize
 * removes those of others.
 */
const SHUFFLE_DAYS = ABORT_UPLOADS_DAYS;

/** Rows on their way to a function and back; those of one that failed can be looked at. */
const TRANSFORM_DAYS = 3;

/** People read reports soon or never. */
const FAILURES_DAYS = 90;

const ABORT_UPLOADS: LifecycleRule = {
  abortIncompleteMultipartUploadAfter: Duration.days(ABORT_UPLOADS_DAYS),
};

/** Of the output bucket: nothing else in it is ever removed. */
const OUTPUT_RULES: readonly LifecycleRule[] = [
  ABORT_UPLOADS,
  { prefix: STAGED_FOLDER, expiration: Duration.days(STAGED_DAYS) },
  { prefix: SHUFFLE_FOLDER, expiration: Duration.days(SHUFFLE_DAYS) },
  { prefix: TRANSFORM_FOLDER, expiration: Duration.days(TRANSFORM_DAYS) },
  { prefix: FAILURES_FOLDER, expiration: Duration.days(FAILURES_DAYS) },
];

/** Settings of every new bucket: private, encrypted, TLS only. */
const GUARDED = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  encryption: BucketEncryption.S3_MANAGED,
} satisfies BucketProps;

/**
 * Sends the bucket's events to EventBridge. The CDK's `eventBridgeEnabled` would add a custom
 * resource with its own function and role.
 */
function sendEvents(bucket: Bucket): void {
  const resource = bucket.node.defaultChild as CfnBucket;
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

/** The source bucket and the output bucket: those that are given, or new ones with access logs. */
export class Buckets extends Construct {
  readonly source: IBucket;
  readonly output: IBucket;
  readonly #props: BucketsProps;
  #accessLogs: Bucket | undefined;

  constructor(scope: Construct, id: string, props: BucketsProps) {
    super(scope, id);
    this.#props = props;
    this.source = props.sourceBucket ?? this.#createSource();
    this.output = props.outputBucket ?? this.#create('Output', OUTPUT_RULES);
  }

  #createSource(): Bucket {
    const bucket = this.#create('Source', [ABORT_UPLOADS]);
    sendEvents(bucket);
    return bucket;
  }

  #create(id: string, lifecycleRules: readonly LifecycleRule[]): Bucket {
    const { encryptionKey, removalPolicy, autoDeleteObjects } = this.#props;
    this.#accessLogs ??= this.#createAccessLogs();
    const encryption = encryptionKey && {
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
    };
    return new Bucket(this, id, {
      ...GUARDED,
      ...encryption,
      lifecycleRules: [...lifecycleRules],
      serverAccessLogsBucket: this.#accessLogs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      removalPolicy,
      autoDeleteObjects,
    });
  }

  /** S3 delivers access logs only to buckets without a customer key. */
  #createAccessLogs(): Bucket {
    const { removalPolicy, autoDeleteObjects } = this.#props;
    return new Bucket(this, 'AccessLogs', {
      ...GUARDED,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
      removalPolicy,
      autoDeleteObjects,
    });
  }
}
