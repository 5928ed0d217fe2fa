import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type Patience, RequestHandler } from './request-handler.ts';
import { PIECE_BYTES, piecesOf, StreamedBody } from './streamed-body.ts';

export type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export type { LambdaClient } from '@aws-sdk/client-lambda';
export type { S3Client } from '@aws-sdk/client-s3';
export type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export type { SFNClient } from '@aws-sdk/client-sfn';

/** Address of a service, if it is not the one of the environment's AWS configuration. */
export interface ServiceAddress {
  /** URL, such as `https://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The only certificate that is trusted, as PEM. */
  readonly ca: string;
  /** @default that of {@link RequestHandler} */
  readonly patience?: Patience;
  /** Tries of one request. @default `AWS_MAX_ATTEMPTS` of the environment, or the SDK's three */
  readonly tries?: number;
}

/** Where the SDK's default configuration is not to be followed. */
export interface ServiceChoice {
  readonly region?: string;
  /** A profile of the shared configuration files. */
  readonly profile?: string;
}

function settingsFor(address: ServiceAddress | ServiceChoice = {}) {
  const { ca, patience, tries, ...where } = address as Partial<ServiceAddress> & ServiceChoice;
  const requestHandler = new RequestHandler(ca, patience);
  return { ...where, requestHandler, ...(tries !== undefined && { maxAttempts: tries }) };
}

/** Longest time that Lambda lets a function take. */
const FUNCTION_MILLISECONDS = 900_000;

interface Client {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * Takes away the SDK's log of each call. Nobody reads it, but the SDK copies every answer for it,
 * which is a fifth of what Finalize takes for a million chunks.
 */
function quiet<C extends Client>(client: C): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/**
 * Sends bodies with our CRC-32 header instead of the SDK's SHA-256. TLS protects the body on the
 * way, and the hash would take longer than sending the bytes. Plain HTTP keeps the hash.
 */
function sendUnsignedPayloads(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; protocol?: string };
      if (request.protocol === 'https:')
        request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'sendUnsignedPayloads' },
  );
}

interface BodyRequest {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request with another body, or undefined if it can be sent as it is. */
async function streamed({ body, headers }: BodyRequest): Promise<BodyRequest | undefined> {
  if (body instanceof StreamedBody) {
    return { body: await body.open(), headers: { ...headers, Expect: '100-continue' } };
  }
  if (body instanceof Uint8Array && body.length > PIECE_BYTES) {
    return { body: Readable.from(piecesOf(body), { objectMode: false }), headers };
  }
  return undefined;
}

/**
 * Gives a body to the connection piece by piece, as fast as it is sent. Otherwise TLS would encrypt
 * a whole part into other memory before the first byte is sent. The SDK sees only what the stream
 * is made from, so it can repeat the request.
 */
function sendInPieces(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as BodyRequest;
      const changed = await streamed(request);
      if (changed === undefined) return next(args);
      const inPieces = Object.assign(
        Object.create(Object.getPrototypeOf(request)),
        request,
        changed,
      );
      return next({ ...args, request: inPieces });
    },
    { step: 'deserialize', name: 'sendInPieces' },
  );
}

/**
 * Creates an S3 client that computes no checksums itself: uploads have ours, and reads are checked
 * by ours. Only streamed bodies wait for `100 Continue`; the SDK's own way would open a new
 * connection per part.
 */
export function createS3Client(address?: ServiceAddress | ServiceChoice): S3Client {
  const client = quiet(
    new S3Client({
      ...settingsFor(address),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      expectContinueHeader: false,
    }),
  );
  sendUnsignedPayloads(client);
  sendInPieces(client);
  return client;
}

/** Creates a DynamoDB client for the ledger. */
export function createDynamoClient(address?: ServiceAddress | ServiceChoice): DynamoDBClient {
  return quiet(new DynamoDBClient(settingsFor(address)));
}

/** Creates a Step Functions client, to start and watch executions. */
export function createStatesClient(address?: ServiceAddress | ServiceChoice): SFNClient {
  return quiet(new SFNClient(settingsFor(address)));
}

/**
 * Creates a Lambda client. It waits for an answer as long as a function may take, and sends no
 * request twice: the first one may still be under way.
 */
export function createLambdaClient(address?: ServiceAddress): LambdaClient {
  const patience = { silence: FUNCTION_MILLISECONDS, patient: FUNCTION_MILLISECONDS };
  const requestHandler = new RequestHandler(address?.ca, patience);
  return quiet(new LambdaClient({ ...settingsFor(address), requestHandler, maxAttempts: 1 }));
}

/** Creates a Secrets Manager client. */
export function createSecretsClient(address?: ServiceAddress): SecretsManagerClient {
  return quiet(new SecretsManagerClient(settingsFor(address)));
}
