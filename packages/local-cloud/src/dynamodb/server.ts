import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { AccessDenied, type Authorize, type Identify } from '#local/authorization.ts';
import type { Disturb } from '#local/faults/faulty-http.ts';
import { listen, PATIENT, stopListening } from '#local/listen.ts';
import { SignatureError, verifySignature } from '#local/sigv4.ts';
import { type Failed, isStorageFailure } from '#local/storage-failure.ts';
import { NotImplemented, parseOperation, resourcesOf } from './operations.ts';
import { type Answer, type TableDescription, TableStore } from './table-store.ts';

/** What the DynamoDB server serves, and to whom. */
export interface DynamoDbOptions {
  /** Where the tables are kept. */
  readonly directory: string;
  /** PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  readonly region: string;
  /** Port to listen on; another free one if a process has it. @default 0: any free port */
  readonly port?: number;
  /** ARN of a table, or with `/index/<name>` of an index. */
  readonly arnOf: (table: string) => string;
  readonly identify: Identify;
  readonly authorize: Authorize;
  /** @default nothing goes wrong */
  readonly disturb?: Disturb | undefined;
  /** Called with each error before it is answered. */
  readonly failed?: Failed | undefined;
}

/** A running DynamoDB server. */
export interface DynamoDb {
  /** `https://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Creates a table; one that exists is left as it is. */
  createTable(table: TableDescription): Promise<void>;
  close(): Promise<void>;
}

/** Bytes of a request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES) throw new NotImplemented('a request of more than 16 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The name that AWS gives to an error of the caller; undefined for an error of this server. */
function clientErrorName(error: unknown): string | undefined {
  if (error instanceof AccessDenied) return 'AccessDeniedException';
  if (error instanceof SyntaxError) return 'SerializationException';
  // Not one of AWS: no client repeats a request that got it.
  if (isStorageFailure(error)) return 'StorageFailed';
  if (error instanceof SignatureError || error instanceof NotImplemented) return error.name;
  return undefined;
}

function failure(error: unknown): Answer {
  const name = clientErrorName(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: name === undefined ? 500 : 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({
      __type: `com.amazon.coral.service#${name ?? 'InternalServerError'}`,
      message,
    }),
  };
}

async function answer(
  store: TableStore,
  options: DynamoDbOptions,
  request: IncomingMessage,
): Promise<Answer> {
  const { region, identify, authorize, arnOf } = options;
  const body = await readBody(request);
  const accessKeyId = verifySignature(
    { headers: request.headers, body },
    { identify, region, service: 'dynamodb', now: () => new Date() },
  );
  const text = body.toString();
  const operation = parseOperation(String(request.headers['x-amz-target'] ?? ''), text);
  for (const resource of resourcesOf(operation)) {
    authorize({
      accessKeyId,
      action: `dynamodb:${operation.name}`,
      resource: resource === '*' ? '*' : arnOf(resource),
      context: { 'aws:SecureTransport': 'true' },
    });
  }
  return store.run(operation.name, text);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/**
 * Starts DynamoDB over HTTPS: dynalite behind signatures and permissions. What dynalite lacks
 * (transactions, TTL deletion, `ReturnValuesOnConditionCheckFailure`) is answered with
 * `NotImplemented`.
 */
export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const store = await TableStore.open(options.directory);
  const { disturb = (listener) => listener } = options;
  const serve = disturb((request, response) => {
    void answer(store, options, request)
      .catch((error: unknown) => {
        options.failed?.(error);
        return failure(error);
      })
      .then((given) => send(response, given));
  });
  const server = createServer({ ...options.tls, ...PATIENT }, serve);
  const port = await listen(server, '127.0.0.1', options.port ?? 0);
  return {
    endpoint: `https://127.0.0.1:${port}`,
    createTable: (table) => store.createTable(table),
    async close() {
      await stopListening(server);
      await store.close();
    },
  };
}
