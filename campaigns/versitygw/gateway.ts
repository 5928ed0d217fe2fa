import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { LocalCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';

/** The version that is recorded in docs/one-object.md; of the Go proxy. */
const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

const BUILT = join(import.meta.dirname, '../../node_modules/.cache/sparse-fanout/versitygw');

const CREDENTIALS = { accessKeyId: 'campaign', secretAccessKey: 'of-no-worth' };
const REGION = 'us-east-1';

/** Looks for the server so often, and so long apart. */
const LOOKS = { times: 100, milliseconds: 100 };

/** An S3 that others wrote, with one bucket. */
export interface Gateway {
  readonly s3: S3Client;
  close(): Promise<void>;
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Builds the server once, which takes some minutes.
 *
 * @returns where it lies; undefined where there is no Go.
 */
export async function buildGateway(): Promise<string | undefined> {
  const binary = join(BUILT, 'versitygw');
  if (await isThere(binary)) return binary;
  const env = { ...process.env, GOBIN: BUILT };
  const build = spawn('go', ['install', MODULE], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    const [code] = await once(build, 'close');
    if (code !== 0) throw new Error(`go install ${MODULE} ended with ${code}`);
    return binary;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function createBucket(s3: S3Client, bucket: string, server: ChildProcess): Promise<void> {
  for (let look = 1; ; look += 1) {
    try {
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      return;
    } catch (error) {
      if (look === LOOKS.times || server.exitCode !== null) throw error;
      await sleep(LOOKS.milliseconds);
    }
  }
}

/** Starts it over HTTPS with files below a directory. */
export async function startGateway(
  binary: string,
  {
    directory,
    bucket,
    tls,
  }: {
    readonly directory: string;
    readonly bucket: string;
    readonly tls: LocalCertificate;
  },
): Promise<Gateway> {
  const [root, meta] = [join(directory, 'objects'), join(directory, 'metadata')];
  await Promise.all([mkdir(root, { recursive: true }), mkdir(meta, { recursive: true })]);
  const port = await freePort();
  const key = join(directory, 'key.pem');
  const server = spawn(
    binary,
    [
      ...['--port', `127.0.0.1:${port}`, '--cert', tls.caFile, '--key', key, '--quiet'],
      ...['posix', '--sidecar', meta, root],
    ],
    {
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId,
        ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const endpoint = `https://127.0.0.1:${port}`;
  const s3 = createS3Client({ endpoint, region: REGION, credentials: CREDENTIALS, ca: tls.cert });
  await createBucket(s3, bucket, server);
  return {
    s3,
    async close() {
      s3.destroy();
      const ended = once(server, 'close');
      server.kill();
      await ended;
    },
  };
}
