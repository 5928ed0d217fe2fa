import { AsyncLocalStorage } from 'node:async_hooks';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import { explainSetup } from '#cli/deployment/setup-error.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';

/** The client of a deployment, for all that is read of S3 while a command works with it. */
const ofDeployment = new AsyncLocalStorage<S3Client>();

/** Reads S3 by the client of a deployment, such as a local cloud, in all that `use` calls. */
export async function usingS3Client<T>(client: S3Client, use: () => Promise<T>): Promise<T> {
  return await ofDeployment.run(client, use);
}

/**
 * Runs `use` with the S3 client of the deployment that the command works with, else with one of the
 * AWS SDK's default configuration, which it closes.
 *
 * @throws {AwsSetupError} there is no Region, there are no credentials, or AWS does not take them.
 */
export async function withS3Client<T>(use: (client: S3Client) => Promise<T>): Promise<T> {
  const given = ofDeployment.getStore();
  if (given !== undefined) return await use(given);
  const client = createS3Client();
  try {
    return await use(client);
  } catch (error) {
    throw explainSetup(error);
  } finally {
    client.destroy();
  }
}

/**
 * Pins an S3 object. One HEAD request.
 *
 * @throws {SourceNotFoundError} there is none.
 */
export async function pinObject(
  client: S3Client,
  uri: string,
  signal: AbortSignal,
): Promise<ByteSource> {
  return s3Source(client, await pinSource(client, { uri }, signal), signal);
}
