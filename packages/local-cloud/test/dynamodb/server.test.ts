import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessDenied, type ServiceCall } from '#local/authorization.ts';
import { type DynamoDb, startDynamoDb } from '#local/dynamodb/server.ts';
import { createCertificate, type LocalCertificate } from '#local/tls.ts';

const TableName = 'items';
const SECRET = 'secret';
const calls: ServiceCall[] = [];

let directory: string;
let tls: LocalCertificate;
let server: DynamoDb;
let client: DynamoDBClient;

async function start(): Promise<DynamoDb> {
  const started = await startDynamoDb({
    directory: join(directory, 'tables'),
    tls,
    region: 'us-east-1',
    arnOf: (table) => `arn:table/${table}`,
    identify: (accessKeyId) => (accessKeyId === 'KEY' ? { secretAccessKey: SECRET } : undefined),
    authorize(call) {
      calls.push(call);
      if (call.action === 'dynamodb:DeleteItem') throw new AccessDenied('may not');
    },
  });
  await started.createTable({
    name: TableName,
    attributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    keySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  return started;
}

function connect(secretAccessKey = SECRET, accessKeyId = 'KEY'): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    requestHandler: { httpsAgent: { ca: tls.cert } },
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  tls = await createCertificate(directory);
  server = await start();
  client = connect();
});

afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });

describe('a table', () => {
  it('stores items and answers queries in order', async () => {
    for (const sk of ['b', 'a']) {
      await client.send(new PutItemCommand({ TableName, Item: { ...key(sk), n: { N: '1' } } }));
    }
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: 'p' } },
      }),
    );
    expect(Items?.map(({ sk }) => sk?.S)).toEqual(['a', 'b']);
  });

  it('lets exactly one of many conditional writes win', async () => {
    const racers = Array.from({ length: 32 }, (_, racer) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...key('race'), racer: { N: String(racer) } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    const results = await Promise.allSettled(racers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'ConditionalCheckFailedException' },
    });
  });

  it('asks for permission by operation and table', async () => {
    calls.length = 0;
    await client.send(new GetItemCommand({ TableName, Key: key('a') }));
    expect(calls).toEqual([
      {
        accessKeyId: 'KEY',
        action: 'dynamodb:GetItem',
        resource: 'arn:table/items',
        context: { 'aws:SecureTransport': 'true' },
      },
    ]);
  });

  it('is there again after a restart', async () => {
    client.destroy();
    await server.close();
    server = await start();
    client = connect();
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: key('a') }));
    expect(Item?.['n']).toEqual({ N: '1' });
  });
});

describe('a call that must not succeed', () => {
  it('fails with AccessDeniedException when it is not allowed', async () => {
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const command = new DeleteItemCommand({ TableName, Key: key('a') });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it.each([
    ['a wrong secret', 'other', 'KEY', 'InvalidSignatureException'],
    ['an unknown key', SECRET, 'NOBODY', 'UnrecognizedClientException'],
  ])('fails with %s', async (_, secret, accessKeyId, name) => {
    const stranger = connect(secret, accessKeyId);
    const command = new GetItemCommand({ TableName, Key: key('a') });
    await expect(stranger.send(command)).rejects.toMatchObject({ name });
    stranger.destroy();
  });

  it('fails on an item of more than 400 KB, put or grown by an update', async () => {
    const limit = 400 * 1024;
    const ofBytes = (bytes: number) => ({ S: 'x'.repeat(bytes) });
    const put = (bytes: number) =>
      client.send(
        new PutItemCommand({ TableName, Item: { ...key('full'), text: ofBytes(bytes) } }),
      );
    await expect(put(limit)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
    await put(limit - 1000);
    const grow = new UpdateItemCommand({
      TableName,
      Key: key('full'),
      UpdateExpression: 'SET more = :more',
      ExpressionAttributeValues: { ':more': ofBytes(1000) },
    });
    await expect(client.send(grow)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size to update has exceeded the maximum allowed size',
    });
  });

  it('fails by name on operations and parameters that dynalite lacks', async () => {
    const item = { Put: { TableName, Item: key('t') } };
    const transaction = new TransactWriteItemsCommand({ TransactItems: [item] });
    await expect(client.send(transaction)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('TransactWriteItems'),
    });
    const update = new UpdateItemCommand({
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET n = :n',
      ExpressionAttributeValues: { ':n': { N: '2' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(update)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('ReturnValuesOnConditionCheckFailure'),
    });
  });
});
