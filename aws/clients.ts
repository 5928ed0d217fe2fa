import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

export type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export type { S3Client } from '@aws-sdk/client-s3';
export type { SFNClient } from '@aws-sdk/client-sfn';

/** Where a service is, if not where the environment's AWS configuration says. */
export interface ServiceAddress {
  /** Such as `https://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** PEM of the only certificate to trust. */
  readonly ca: string;
}

/** Enough for the parts of one chunk and the reads of its slices, with a few to spare. */
const MAX_SOCKETS = 64;

/** Much less than a part, much more than a TLS record of 16 KiB. */
const PIECE_BYTES = 128 * 1024;

function settingsFor(address: ServiceAddress | undefined) {
  const { ca, ...where } = address ?? { ca: undefined };
  const requestHandler = {
    connectionTimeout: 5_000,
    requestTimeout: 120_000,
    httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS, ca },
  };
  return { ...where, requestHandler };
}

/**
 * Lets S3 accept a body by our CRC-32 header alone: TLS protects it on the way, and the SDK's SHA-256
 * over the same bytes would take longer than sending them. Plain HTTP keeps its hash.
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

function* pieces(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

/**
 * Hands a part to the connection piece by piece, as fast as it takes them: otherwise TLS encrypts the
 * whole part into memory of its own before the first byte leaves. The SDK still holds the buffer
 * itself, so it can repeat the request.
 */
function sendInPieces(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body?: unknown };
      if (!(request.body instanceof Uint8Array) || request.body.length <= PIECE_BYTES) {
        return next(args);
      }
      const body = Readable.from(pieces(request.body), { objectMode: false });
      const inPieces = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
        body,
      });
      return next({ ...args, request: inPieces });
    },
    { step: 'deserialize', name: 'sendInPieces' },
  );
}

/**
 * An S3 client that computes no checksums of its own: uploads carry ours, reads are checked by ours.
 * Without `Expect: 100-continue`, for which the SDK opens a new connection for every part.
 */
export function createS3Client(address?: ServiceAddress): S3Client {
  const client = new S3Client({
    ...settingsFor(address),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
  });
  sendUnsignedPayloads(client);
  sendInPieces(client);
  return client;
}

/** A DynamoDB client for the ledger. */
export function createDynamoClient(address?: ServiceAddress): DynamoDBClient {
  return new DynamoDBClient(settingsFor(address));
}

/** A Step Functions client for starting and watching executions. */
export function createStatesClient(address?: ServiceAddress): SFNClient {
  return new SFNClient(settingsFor(address));
}
