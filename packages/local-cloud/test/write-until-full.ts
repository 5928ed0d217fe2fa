/**
 * Writes to S3 and DynamoDB until each refuses. Prints by what name and after how many tries, and
 * how many errors of the disk the servers reported. Runs in a process that may write no large file.
 */
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '#local/dynamodb/server.ts';
import { isStorageFailure } from '#local/storage-failure.ts';
import { startS3Fixture } from '#local/testing/s3-fixture.ts';
import { createCertificate } from '#local/tls.ts';

const MAX_ATTEMPTS = 3;

let reported = 0;
function failed(error: unknown): void {
  if (isStorageFailure(error)) reported += 1;
}

/** How a call ended; undefined when it succeeded. */
async function outcomeOf(call: Promise<unknown>): Promise<object | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { name, $metadata } = Object(error);
    return { name, status: $metadata.httpStatusCode, attempts: $metadata.attempts };
  }
}

const fixture = await startS3Fixture({ failed });
const s3 = fixture.client({ maxAttempts: MAX_ATTEMPTS });
const large = { Bucket: fixture.bucket, Key: 'k', Body: Buffer.alloc(4_000_000) };
const refusedByS3 = await outcomeOf(s3.putObject(large));

const tls = await createCertificate(fixture.directory);
const region = 'us-east-1';
const server = await startDynamoDb({
  directory: join(fixture.directory, 'tables'),
  ...{ tls, region, failed, arnOf: (table) => table, authorize() {} },
  identify: () => ({ secretAccessKey: 'secret' }),
});
await server.createTable({
  name: 'items',
  attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
});
const client = new DynamoDBClient({
  ...{ endpoint: server.endpoint, region, maxAttempts: MAX_ATTEMPTS },
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  requestHandler: { httpsAgent: { ca: tls.cert } },
});
let refusedByDynamoDb: object | undefined;
for (let at = 0; at < 100 && refusedByDynamoDb === undefined; at += 1) {
  const Item = { pk: { S: `item ${at}` }, text: { S: 'x'.repeat(100_000) } };
  const command = new PutItemCommand({ TableName: 'items', Item });
  refusedByDynamoDb = await outcomeOf(client.send(command));
}
await fixture.close();
process.stdout.write(
  JSON.stringify({ s3: refusedByS3, dynamodb: refusedByDynamoDb, reported }),
  () => process.exit(0),
);
