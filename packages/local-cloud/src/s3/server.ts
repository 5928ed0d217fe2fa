import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { DEFAULT_CIPHERS, TLSSocket } from 'node:tls';
import type { Authorize, Identify } from '#local/authorization.ts';
import type { Disturb } from '#local/faults/faulty-http.ts';
import { listen, PATIENT, stopListening } from '#local/listen.ts';
import type { Failed } from '#local/storage-failure.ts';
import { assertBucketName } from './buckets.ts';
import type { Call, Reply } from './call.ts';
import { type ObjectCreated, ObjectStore } from './object-store.ts';
import { openPayload } from './payload.ts';
import { parseRequest, type S3Request, withHoistedHeaders } from './request.ts';
import { errorReply, sendReply } from './respond.ts';
import { findOperation } from './route.ts';
import { verifySignature } from './signature.ts';

/** What an S3 server is made of. */
export interface S3ServerOptions {
  /** Where everything is kept. A later start finds it again. One server at a time. */
  readonly directory: string;
  /** PEM texts; the certificate must be for `localhost`. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** Port to listen on; another free one if a process has it. @default 0: any free port */
  readonly port?: number;
  readonly region: string;
  readonly identify: Identify;
  readonly authorize: Authorize;
  /** Called after each commit, in order for each key. */
  readonly objectCreated?: (event: ObjectCreated) => void;
  /** @default nothing goes wrong */
  readonly disturb?: Disturb | undefined;
  /** Called with each error before it is answered. */
  readonly failed?: Failed | undefined;
}

/** A running S3 server. */
export interface S3Server {
  /** `https://localhost:<port>`; clients must address buckets in the path. */
  readonly endpoint: string;
  readonly port: number;
  /** Access for other services on this machine, without HTTP and permissions. */
  readonly store: ObjectStore;
  /** Makes a bucket; one that exists is left as it is. @throws {S3Error} `InvalidBucketName`. */
  createBucket(name: string): Promise<void>;
  /**
   * Ends all connections and waits for the requests under way, so that the directory is at rest.
   */
  close(): Promise<void>;
}

/** Condition keys of IAM for headers and parameters; absent ones are left out. */
const HEADER_KEYS: readonly string[] = [
  'if-match',
  'if-none-match',
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-storage-class',
];
const QUERY_KEYS: readonly string[] = ['prefix', 'delimiter', 'max-keys'];

function conditionContext({ headers, query, message }: S3Request): Record<string, string> {
  const { socket } = message;
  const version = socket instanceof TLSSocket ? socket.getProtocol()?.replace(/^TLSv/, '') : '';
  const context: Record<string, string> = {
    'aws:SecureTransport': 'true',
    's3:TlsVersion': version ?? '',
  };
  for (const name of HEADER_KEYS) {
    const value = headers[name];
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  for (const name of QUERY_KEYS) {
    const value = query[name];
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  return context;
}

/** As the S3 of AWS chooses. AES with the longer key takes up to a quarter longer. */
const CIPHERS = `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`;

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly store: ObjectStore;
  readonly endpoint: string;
  readonly releases: (() => void)[];
}

async function perform(exchange: Exchange, options: S3ServerOptions): Promise<Reply> {
  const { message, response, store, endpoint, releases } = exchange;
  const received = parseRequest(message);
  const caller = await verifySignature(received, options);
  const request = withHoistedHeaders(received);
  const operation = findOperation(request);
  const context = conditionContext(request);
  const { accessKeyId } = caller;
  const call: Call = {
    request,
    bucket: request.bucket ?? '',
    key: request.key ?? '',
    accessKeyId,
    store,
    region: options.region,
    endpoint,
    authorize: (action, resource) => options.authorize({ accessKeyId, action, resource, context }),
    payload: (headers = request.headers) => {
      const payload = openPayload(request, headers, caller);
      if (request.headers['expect'] !== undefined) response.writeContinue();
      return payload;
    },
    onEnd: (release) => releases.push(release),
  };
  return operation.handle(call);
}

async function answer(exchange: Exchange, options: S3ServerOptions): Promise<void> {
  const { message, response, releases } = exchange;
  try {
    const reply = await perform(exchange, options).catch((error: unknown) => {
      options.failed?.(error);
      return errorReply(error, message.method ?? '');
    });
    await sendReply(response, reply);
  } catch {
    // The client is gone, or the answer broke off midway: it must not look whole.
    response.destroy();
  } finally {
    for (const release of releases) release();
  }
}

/** Starts an S3 server over HTTPS on this machine. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const store = await ObjectStore.open(options.directory, options.objectCreated ?? (() => {}));
  const server = createServer({ ...options.tls, ...PATIENT, ciphers: CIPHERS });
  const underWay = new Set<Promise<void>>();
  let endpoint = '';
  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    const work = answer({ message, response, store, endpoint, releases: [] }, options);
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const { disturb = (listener) => listener } = options;
  server.on('request', disturb(serve));
  server.on('checkContinue', disturb(serve)); // the body is asked for once the caller may send it
  const port = await listen(server, '127.0.0.1', options.port ?? 0);
  endpoint = `https://localhost:${port}`;
  return {
    endpoint,
    port,
    store,
    createBucket: async (name) => {
      assertBucketName(name);
      await store.createBucket(name);
    },
    close: async () => {
      await stopListening(server);
      await Promise.all(underWay);
    },
  };
}
