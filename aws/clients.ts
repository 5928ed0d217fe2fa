import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

export type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export type { S3Client } from '@aws-sdk/client-s3';

/** Enough for the parts of one chunk and the reads of its slices, with a few to spare. */
const MAX_SOCKETS = 64;

const requestHandler = {
  connectionTimeout: 5_000,
  requestTimeout: 120_000,
  httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
} as const;

/**
 * Lets S3 accept a body by our CRC-32 header alone: TLS protects it on the way, and hashing it with
 * SHA-256 as well costs more than sending it (facts measured in bench/).
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

/** An S3 client that computes no checksums of its own: uploads carry ours, reads are checked by ours. */
export function createS3Client(): S3Client {
  const client = new S3Client({
    requestHandler,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  sendUnsignedPayloads(client);
  return client;
}

/** A DynamoDB client for the ledger. */
export function createDynamoClient(): DynamoDBClient {
  return new DynamoDBClient({ requestHandler });
}

/** A Step Functions client for starting and watching executions. */
export function createStatesClient(): SFNClient {
  return new SFNClient({ requestHandler });
}
