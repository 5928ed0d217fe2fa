import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createDynamoClient } from '#aws/clients/dynamo.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { createStatesClient } from '#aws/clients/states.ts';

const address = {
  endpoint: 'https://127.0.0.1:9',
  region: 'us-east-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  ca: '',
  tries: 1,
};

describe('the clients', () => {
  it.each([
    ['S3', createS3Client],
    ['DynamoDB', createDynamoClient],
    ['Step Functions', createStatesClient],
  ])('of %s copy no answer for a log', (_, create) => {
    const names = create(address).middlewareStack.identify();
    expect(names.filter((name) => /logger/i.test(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
  });

  it('log nothing of a call', async () => {
    const client = createS3Client(address);
    const logged: unknown[] = [];
    client.config.logger = Object.assign(Object.create(client.config.logger), {
      info: (...texts: unknown[]) => logged.push(texts),
      error: (...texts: unknown[]) => logged.push(texts),
    });
    await expect(client.send(new ListBucketsCommand({}))).rejects.toThrow();
    expect(logged).toEqual([]);
  });
});
