import { Agent } from 'node:https';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Identify } from './authorization.ts';
import type { Services } from './stepfunctions/services.ts';

/** Reads and writes objects for state machines, each call signed with a role's key. */
export interface ObjectAccess extends Pick<Services, 'readObject' | 'writeObject'> {
  close(): void;
}

/** Where S3 is and how to sign for it. */
export interface ObjectAccessOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly caPem: string;
  readonly identify: Identify;
}

/** Tries of a write; the SDK tries reads again by itself, but cannot send a stream twice. */
const MAX_TRIES = 4;

const SERVICE_FAILURE = 500;

/** No answer, or that of a service that failed: another try may find it well. */
function isPassing(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return ($metadata?.httpStatusCode ?? SERVICE_FAILURE) >= SERVICE_FAILURE;
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
      // It would tell of streams that it cannot send again, which are sent again here.
      logger: { debug() {}, info() {}, warn() {}, error() {} },
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
      const client = clientOf(accessKeyId);
      for (let attempt = 1; ; attempt += 1) {
        const stream = body();
        const object = { Bucket: bucket, Key: key, Body: stream, ContentLength: contentLength };
        try {
          await client.send(new PutObjectCommand(object));
          return;
        } catch (error) {
          if (attempt === MAX_TRIES || !isPassing(error)) throw error;
        } finally {
          stream.destroy();
        }
      }
    },
    close() {
      for (const client of clients.values()) client.destroy();
      agent.destroy();
    },
  };
}
