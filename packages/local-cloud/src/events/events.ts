import { randomUUID } from 'node:crypto';
import type { EventObject } from './event-pattern.ts';

/** Whose events they are. */
export interface EventOrigin {
  readonly accountId: string;
  readonly region: string;
}

function envelope(
  origin: EventOrigin,
  time: string,
  source: string,
  detailType: string,
  resources: readonly string[],
): EventObject {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: origin.accountId,
    time: `${time.slice(0, 19)}Z`,
    region: origin.region,
    resources,
  };
}

/** An object that S3 has just stored. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Rises with every write of the bucket. */
  readonly sequencer: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
}

/**
 * What S3 tells EventBridge about a new object.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function objectCreatedEvent(object: CreatedObject, origin: EventOrigin): EventObject {
  const { bucket, key, size, etag, sequencer, time, reason } = object;
  return {
    ...envelope(origin, time, 'aws.s3', 'Object Created', [`arn:aws:s3:::${bucket}`]),
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, sequencer },
      'request-id': randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase(),
      requester: origin.accountId,
      'source-ip-address': '127.0.0.1',
      reason,
    },
  };
}

/** An execution that started or ended; everything in it becomes the event's detail. */
export interface StatusChange {
  readonly executionArn: string;
  /** Milliseconds since 1970. */
  readonly startDate: number;
  /** Milliseconds since 1970; null while it runs. */
  readonly stopDate: number | null;
}

/**
 * What Step Functions tells EventBridge when an execution changes its status.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function executionStatusEvent(change: StatusChange, origin: EventOrigin): EventObject {
  const time = new Date(change.stopDate ?? change.startDate).toISOString();
  const detailType = 'Step Functions Execution Status Change';
  return {
    ...envelope(origin, time, 'aws.states', detailType, [change.executionArn]),
    detail: change,
  };
}
