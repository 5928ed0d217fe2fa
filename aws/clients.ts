import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

export type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export type { S3Client } from '@aws-sdk/client-s3';
export type { SFNClient } from '@aws-sdk/client-sfn';

/** Address of a service, if it is not the one of the environment's AWS configuration. */
export interface ServiceAddress {
  /** URL, such as `https://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The only certificate that is trusted, as PEM. */
  readonly ca: string;
}

/** Enough connections for the parts of one chunk and the reads of its slices, and some more. */
const MAX_SOCKETS = 64;

/** Bytes of a piece: much less than a part, much more than a TLS record of 16 KiB. */
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

function* pieces(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

/**
 * Gives a part to the connection piece by piece, as fast as it is sent. Otherwise TLS would encrypt
 * the whole part into other memory before the first byte is sent. The SDK keeps the buffer itself,
 * so it can repeat the request.
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
 * Creates an S3 client that computes no checksums itself: uploads have ours, and reads are checked
 * by ours. It sends no `Expect: 100-continue`, because the SDK opens a new connection per part for
 * that.
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

/** Creates a DynamoDB client for the ledger. */
export function createDynamoClient(address?: ServiceAddress): DynamoDBClient {
  return new DynamoDBClient(settingsFor(address));
}

/** Creates a Step Functions client, to start and watch executions. */
export function createStatesClient(address?: ServiceAddress): SFNClient {
  return new SFNClient(settingsFor(address));
}
