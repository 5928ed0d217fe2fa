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
