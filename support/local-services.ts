import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDb } from '@sparse-fanout/local-cloud/dynamodb/server.ts';
import type { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { disturbDynamoDb, disturbS3 } from '@sparse-fanout/local-cloud/faults/faulty-http.ts';
import { startS3Server } from '@sparse-fanout/local-cloud/s3/server.ts';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { createDynamoClient, type DynamoDBClient } from '#aws/clients/dynamo.ts';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';

/** Real SDK clients. */
export interface Clients {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
}

/** The local S3 and DynamoDB with one bucket and one ledger table, and clients for them. */
export interface LocalServices extends Clients {
  readonly bucket: string;
  readonly table: string;
  /** Makes new clients, as another process would have. */
  connect(): Clients;
  close(): Promise<void>;
}

const region = 'us-east-1';
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
const bucket = 'test-bucket';
const table = 'ledger';

/** Tries of one request: faults that do not pass must fail soon. */
const TRIES = 3;

/**
 * Starts both over HTTPS on free ports, in a directory that `close` removes. Everything is allowed.
 *
 * @param faults spoils requests, where given.
 */
export async function startLocalServices(faults?: FaultInjector): Promise<LocalServices> {
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-test-'));
  const tls = await createCertificate(directory);
  const identify = (id: string) => (id === credentials.accessKeyId ? credentials : undefined);
  const shared = { tls, region, identify, authorize: () => {} };
  const s3Server = await startS3Server({
    ...shared,
    directory: join(directory, 's3'),
    disturb: faults && disturbS3(faults),
  });
  await s3Server.createBucket(bucket);
  const dynamoServer = await startDynamoDb({
    ...shared,
    directory: join(directory, 'dynamodb'),
    disturb: faults && disturbDynamoDb(faults),
    arnOf: (name) => `arn:aws:dynamodb:${region}:000000000000:table/${name}`,
  });
  await dynamoServer.createTable({
    name: table,
    keySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    attributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
  });
  const address = { region, credentials, ca: tls.cert, tries: TRIES };
  const endpoint = s3Server.endpoint.replace('localhost', '127.0.0.1');
  const connected: Clients[] = [];
  const connect = (): Clients => {
    const s3 = createS3Client({ ...address, endpoint });
    const dynamo = createDynamoClient({ ...address, endpoint: dynamoServer.endpoint });
    connected.push({ s3, dynamo });
    return { s3, dynamo };
  };
  return {
    ...connect(),
    bucket,
    table,
    connect,
    async close() {
      for (const { s3, dynamo } of connected) {
        s3.destroy();
        dynamo.destroy();
      }
      await s3Server.close();
      await dynamoServer.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
