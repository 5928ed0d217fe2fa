import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3 } from '@aws-sdk/client-s3';
import { type S3Server, startS3Server } from '@sparse-fanout/local-cloud/s3/server.ts';
import {
  createTestS3,
  identifyTester,
  TESTER,
} from '@sparse-fanout/local-cloud/testing/s3-client.ts';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, runHere, runShell } from './run-command.ts';

const Bucket = 'bucket';

let directory: string;
let server: S3Server;
let s3: S3;
let environment: string;
let request: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-inbox-'));
  const tls = await createCertificate(directory);
  server = await startS3Server({
    ...{ directory: join(directory, 's3'), tls, region: 'us-east-1' },
    identify: identifyTester,
    authorize: () => undefined,
  });
  s3 = createTestS3({ endpoint: server.endpoint, ca: tls.cert });
  await server.createBucket(Bucket);
  environment = [
    `AWS_ENDPOINT_URL_S3=https://127.0.0.1:${server.port}`,
    `AWS_ACCESS_KEY_ID=${TESTER.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${TESTER.secretAccessKey}`,
    'AWS_REGION=us-east-1',
    `NODE_EXTRA_CA_CERTS=${tls.caFile}`,
  ].join(' ');
  request = join(directory, 'inbox.json');
  const body = {
    source: { inbox: { uri: `s3://${Bucket}/in/`, targetBytes: 10 } },
    schema: { id: 'int' },
    onBadRow: 'reject',
    output: { uri: `s3://${Bucket}/out/`, mode: 'append' },
  };
  await writeFile(request, JSON.stringify(body));
});

afterAll(async () => {
  s3.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

async function inspect(flags = ''): Promise<Ended> {
  return await runShell(`export ${environment}; cli inspect --request ${request} ${flags}`);
}

test('inspect says of an inbox what waits, what is due and what is set aside', async () => {
  await s3.putObject({ Bucket, Key: 'in/a.csv', Body: 'id\n1\n2\n' });
  await s3.putObject({ Bucket, Key: 'in/b.csv', Body: 'other\n1\n2\n' });
  const { stdout } = await inspect('--json');
  expect(JSON.parse(stdout.toString())).toMatchObject({
    ...{ inbox: 's3://bucket/in/', output: 's3://bucket/out/', generations: 0 },
    ...{ unfinished: null, in: 0, waiting: 2, waitingBytes: 17, due: 0, replaced: [] },
    setAside: [{ uri: 's3://bucket/in/b.csv', problem: expect.stringMatching(/b\.csv/) }],
  });
  await s3.putObject({ Bucket, Key: 'in/c.csv', Body: 'id\n1\n2\n3\n4\n5\n' });
  const { stdout: text } = await inspect();
  expect(text.toString()).toMatch(/^waiting +3 objects, 30 bytes, the oldest since 20/m);
  expect(text.toString()).toMatch(/^due +1 objects$/m);
  expect(text.toString()).toMatch(/^aside +s3:\/\/bucket\/in\/b\.csv/m);
});

test('inspect says of an inbox that a list waits for its run', async () => {
  const pin = { uri: 's3://bucket/in/a.csv', etag: 'a', versionId: null, size: 7 };
  const Body = `${JSON.stringify(pin)}\n`;
  await s3.putObject({ Bucket, Key: 'out/_plan/objects-chosen.jsonl', Body });
  const { stdout } = await inspect();
  expect(stdout.toString()).toMatch(/^pending +generation 1 of 1 objects$/m);
});

test('local run refuses an inbox by name', async () => {
  const out = join(directory, 'files');
  const { code, stderr } = await runHere(['local', 'run', '--request', request, '--out', out]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/source\.inbox.*in the cloud of local up/);
});
