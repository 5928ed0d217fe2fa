import { createS3Client, type S3Client } from '#aws/clients.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';

/** Runs `use` with an S3 client of the AWS SDK's default configuration, and closes the client. */
export async function withS3Client<T>(use: (client: S3Client) => Promise<T>): Promise<T> {
  const client = createS3Client();
  try {
    return await use(client);
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
