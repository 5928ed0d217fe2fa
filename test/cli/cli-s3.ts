import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3 } from '@aws-sdk/client-s3';
import { startS3Server } from '@sparse-fanout/local-cloud/s3/server.ts';
import {
  createTestS3,
  identifyTester,
  TESTER,
} from '@sparse-fanout/local-cloud/testing/s3-client.ts';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';

/** A local S3 for the command line, and a directory. */
export interface CliS3 {
  readonly directory: string;
  readonly s3: S3;
  /** Variables of a shell by which the command line reaches it. */
  readonly environment: string;
  close(): Promise<void>;
}

/** Starts an S3 with one bucket. */
export async function startCliS3(bucket: string): Promise<CliS3> {
  const directory = await mkdtemp(join(tmpdir(), 'cli-s3-'));
  const tls = await createCertificate(directory);
  const server = await startS3Server({
    ...{ directory: join(directory, 's3'), tls, region: 'us-east-1' },
    identify: identifyTester,
    authorize: () => undefined,
  });
  const s3 = createTestS3({ endpoint: server.endpoint, ca: tls.cert });
  await server.createBucket(bucket);
  const variables = [
    `AWS_ENDPOINT_URL_S3=https://127.0.0.1:${server.port}`,
    `AWS_ACCESS_KEY_ID=${TESTER.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${TESTER.secretAccessKey}`,
    'AWS_REGION=us-east-1',
    `NODE_EXTRA_CA_CERTS=${tls.caFile}`,
  ];
  return {
    directory,
    s3,
    environment: variables.join(' '),
    async close() {
      s3.destroy();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
