import { randomUUID } from 'node:crypto';
import type { EventObject } from './event-pattern.ts';

/** The account and region of the events. */
export interface EventOrigin {
  readonly accountId: string;
  readonly region: string;
}

/** What an event is about. */
interface EventSubject {
  readonly source: string;
  readonly detailType: string;
  /** ARN. */
  readonly resource: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

function envelope(origin: EventOrigin, subject: EventSubject): EventObject {
  const { source, detailType, resource, time } = subject;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: origin.accountId,
    time: `${time.slice(0, 19)}Z`,
    region: origin.region,
    resources: [resource],
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
  /** Undefined where versions are not kept. */
  readonly versionId?: string | undefined;
}

/**
 * The event that S3 sends to EventBridge about a new object.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function objectCreatedEvent(object: CreatedObject, origin: EventOrigin): EventObject {
  const { bucket, key, size, etag, sequencer, time, reason, versionId } = object;
  const resource = `arn:aws:s3:::${bucket}`;
  return {
    ...envelope(origin, { source: 'aws.s3', detailType: 'Object Created', resource, time }),
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        ...{ key, size, etag },
        ...(versionId !== undefined && { 'version-id': versionId }),
        sequencer,
      },
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
 * The event that Step Functions sends to EventBridge when the status of an execution changes.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function executionStatusEvent(change: StatusChange, origin: EventOrigin): EventObject {
  const time = new Date(change.stopDate ?? change.startDate).toISOString();
  const detailType = 'Step Functions Execution Status Change';
  const resource = change.executionArn;
  return {
    ...envelope(origin, { source: 'aws.states', detailType, resource, time }),
    detail: change,
  };
}
