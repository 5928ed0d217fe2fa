import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { type S3Server, type S3ServerOptions, startS3Server } from '#local/s3/server.ts';
import { createCertificate } from '#local/tls.ts';
import { createTestS3, identifyTester } from './s3-client.ts';

/** A server with one bucket on a directory of its own, and a client for it. */
export interface S3Fixture {
  readonly s3: S3;
  readonly bucket: string;
  readonly directory: string;
  readonly endpoint: string;
  /** Certificate of the server, PEM. */
  readonly ca: string;
  readonly server: () => S3Server;
  client(config: S3ClientConfig): S3;
  /** Ends the server and starts another on the same directory. */
  restart(): Promise<S3>;
  close(): Promise<void>;
}

/** Starts a server with the bucket `test-bucket`. */
export async function startS3Fixture(options: Partial<S3ServerOptions> = {}): Promise<S3Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 's3-test-'));
  const tls = await createCertificate(directory);
  const region = 'us-east-1';
  const rules = { region, identify: identifyTester, authorize: () => {}, ...options };
  const start = (port: number) =>
    startS3Server({ directory: join(directory, 's3'), tls, port, ...rules });
  let server = await start(0);
  const { endpoint, port } = server;
  const bucket = 'test-bucket';
  await server.createBucket(bucket);
  const clients: S3[] = [];
  const client = (config: S3ClientConfig) => {
    const made = createTestS3({ endpoint, ca: tls.cert }, config);
    clients.push(made);
    return made;
  };
  return {
    s3: client({}),
    bucket,
    directory,
    endpoint,
    ca: tls.cert,
    server: () => server,
    client,
    restart: async () => {
      await server.close();
      server = await start(port);
      return client({});
    },
    close: async () => {
      for (const each of clients) each.destroy();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
