import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { type S3Server, type S3ServerOptions, startS3Server } from '#local/s3/server.ts';
import { createCertificate } from '#local/tls.ts';
import { createTestS3, identifyTester, TESTER } from '../s3-client.ts';

/** A server with one bucket on a directory of its own, and a client for it. */
export interface S3Fixture {
  readonly s3: S3;
  readonly bucket: string;
  readonly directory: string;
  readonly endpoint: string;
  readonly server: () => S3Server;
  client(config: S3ClientConfig): S3;
  /** Ends the server and starts another on the same directory. */
  restart(): Promise<S3>;
  /** Sends a request as it is given, trusting the server's certificate. */
  send(message: RawRequest): Promise<RawResponse>;
  close(): Promise<void>;
}

/** A request put together by hand. */
export interface RawRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Its answer. */
interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The hash that the signer works with. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(Object(secret)));
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

/** Signs as the tester does. */
export function createSigner(): SignatureV4 {
  return new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: TESTER,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
}

function sendRaw(endpoint: string, ca: string, message: RawRequest): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const { method, path, headers = {}, body } = message;
  const agent = new Agent({ ca, keepAlive: false });
  const { hostname, port } = new URL(endpoint);
  const sent = request({ hostname, port, method, path, headers, agent }, async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
  });
  sent.on('error', reject).end(body);
  return promise;
}

/** Signs a raw request and gives it back with the headers to send. */
export async function signRaw(
  endpoint: string,
  { method, path, headers = {}, body }: RawRequest,
  signingDate = new Date(),
): Promise<RawRequest> {
  const url = new URL(endpoint);
  const [rawPath = '', query = ''] = path.split('?');
  const signed = await createSigner().sign(
    {
      method,
      protocol: 'https:',
      hostname: url.hostname,
      path: rawPath,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
      body,
    },
    { signingDate },
  );
  return { method, path, headers: signed.headers, ...(body === undefined ? {} : { body }) };
}

/** Starts a server with the bucket `test-bucket`. */
export async function startS3Fixture(options: Partial<S3ServerOptions> = {}): Promise<S3Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 's3-test-'));
  const tls = await createCertificate(directory);
  const region = 'us-east-1';
  const rules = { region, identify: identifyTester, authorize: () => {}, ...options };
  const start = (port: number) =>
    startS3Server({ directory: join(directory, 's3'), tls, port, ...rules });
  let server = await start(0);
  const { endpoint, port } = server;
  const bucket = 'test-bucket';
  await server.createBucket(bucket);
  const clients: S3[] = [];
  const client = (config: S3ClientConfig) => {
    const made = createTestS3({ endpoint, ca: tls.cert }, config);
    clients.push(made);
    return made;
  };
  return {
    s3: client({}),
    bucket,
    directory,
    endpoint,
    server: () => server,
    client,
    restart: async () => {
      await server.close();
      server = await start(port);
      return client({});
    },
    send: (message) => sendRaw(endpoint, tls.cert, message),
    close: async () => {
      for (const each of clients) each.destroy();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
