import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Identify } from './authorization.ts';

/** Reads and writes objects for another service, each call signed with a role's key. */
export interface ObjectAccess {
  /** Rejects with an error named as AWS names it, such as `NoSuchKey`. */
  readObject(call: {
    readonly bucket: string;
    readonly key: string;
    readonly accessKeyId: string;
  }): Promise<AsyncIterable<Uint8Array>>;
  /** Rejects with an error named as AWS names it, such as `AccessDenied`. */
  writeObject(call: {
    readonly bucket: string;
    readonly key: string;
    readonly body: Readable;
    /** Bytes. */
    readonly contentLength: number;
    readonly accessKeyId: string;
  }): Promise<void>;
  close(): void;
}

/** Where S3 is and how to sign for it. */
export interface ObjectAccessOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly caPem: string;
  readonly identify: Identify;
}

/** Makes the way to S3 over HTTPS, so that permissions and bucket policies hold for services too. */
export function createObjectAccess(options: ObjectAccessOptions): ObjectAccess {
  const { endpoint, region, caPem, identify } = options;
  const agent = new Agent({ keepAlive: true, ca: caPem });
  const clients = new Map<string, S3Client>();

  function clientOf(accessKeyId: string): S3Client {
    const known = clients.get(accessKeyId);
    if (known) return known;
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey: identify(accessKeyId)?.secretAccessKey ?? '' },
      requestHandler: { httpsAgent: agent },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    clients.set(accessKeyId, client);
    return client;
  }

  return {
    async readObject({ bucket, key, accessKeyId }) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key });
      const { Body } = await clientOf(accessKeyId).send(command);
      // In Node.js the SDK's body is a stream of the response.
      return Body as unknown as AsyncIterable<Uint8Array>;
    },
    async writeObject({ bucket, key, body, contentLength, accessKeyId }) {
      await clientOf(accessKeyId).send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentLength: contentLength,
        }),
      );
    },
    close() {
      for (const client of clients.values()) client.destroy();
      agent.destroy();
    },
  };
}
