import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Settings of {@link Buckets}. */
export interface BucketsProps {
  readonly sourceBucket?: IBucket;
  readonly outputBucket?: IBucket;
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

const ACCESS_LOG_DAYS = 90;

/** Uploading a source may take days, and a chunk takes minutes: older uploads were abandoned. */
const ABORT_UPLOADS_DAYS = 7;

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
    this.output = props.outputBucket ?? this.#create('Output');
  }

  #createSource(): Bucket {
    const bucket = this.#create('Source');
    sendEvents(bucket);
    return bucket;
  }

  #create(id: string): Bucket {
    const { encryptionKey, removalPolicy } = this.#props;
    this.#accessLogs ??= this.#createAccessLogs();
    const encryption = encryptionKey && {
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
    };
    return new Bucket(this, id, {
      ...GUARDED,
      ...encryption,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(ABORT_UPLOADS_DAYS) }],
      serverAccessLogsBucket: this.#accessLogs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      removalPolicy,
    });
  }

  /** S3 delivers access logs only to buckets without a customer key. */
  #createAccessLogs(): Bucket {
    return new Bucket(this, 'AccessLogs', {
      ...GUARDED,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
      removalPolicy: this.#props.removalPolicy,
    });
  }
}
