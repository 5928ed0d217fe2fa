import { Agent } from 'node:https';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Identify } from './authorization.ts';
import type { Services } from './stepfunctions/services.ts';

/** Reads and writes objects for state machines; each call is signed with the key of a role. */
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

/** Tries of a write. The SDK repeats reads by itself, but cannot send a stream twice. */
const MAX_TRIES = 4;

const SERVICE_FAILURE = 500;

/** The SDK warns of streams that it cannot send again; here they are opened again instead. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Whether there was no answer, or the service itself failed: another try may succeed. */
function isPassing(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return ($metadata?.httpStatusCode ?? SERVICE_FAILURE) >= SERVICE_FAILURE;
}

/** One client per access key, over shared connections. */
class ClientPool {
  readonly #options: ObjectAccessOptions;
  readonly #agent: Agent;
  readonly #clients = new Map<string, S3Client>();

  constructor(options: ObjectAccessOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, ca: options.caPem });
  }

  clientOf(accessKeyId: string): S3Client {
    const client = this.#clients.get(accessKeyId) ?? this.#create(accessKeyId);
    this.#clients.set(accessKeyId, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#agent.destroy();
  }

  #create(accessKeyId: string): S3Client {
    const { endpoint, region, identify } = this.#options;
    const secretAccessKey = identify(accessKeyId)?.secretAccessKey ?? '';
    return new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: { httpsAgent: this.#agent },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      logger: SILENT,
    });
  }
}

/** Writes an object; opens the body again for each try. */
async function writeObject(
  client: S3Client,
  object: Omit<Parameters<Services['writeObject']>[0], 'accessKeyId'>,
): Promise<void> {
  const { bucket, key, body, contentLength } = object;
  for (let attempt = 1; ; attempt += 1) {
    const stream = body();
    const input = { Bucket: bucket, Key: key, Body: stream, ContentLength: contentLength };
    try {
      await client.send(new PutObjectCommand(input));
      return;
    } catch (error) {
      if (attempt === MAX_TRIES || !isPassing(error)) throw error;
    } finally {
      stream.destroy();
    }
  }
}

/**
 * Makes the way to S3 over HTTPS, so that permissions and bucket policies hold for services too.
 */
export function createObjectAccess(options: ObjectAccessOptions): ObjectAccess {
  const pool = new ClientPool(options);
  return {
    async readObject({ bucket, key, accessKeyId }) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key });
      const { Body } = await pool.clientOf(accessKeyId).send(command);
      // In Node.js the SDK's body is a stream of the response.
      return Body as unknown as AsyncIterable<Uint8Array>;
    },
    writeObject: ({ accessKeyId, ...object }) => writeObject(pool.clientOf(accessKeyId), object),
    close: () => pool.close(),
  };
}
