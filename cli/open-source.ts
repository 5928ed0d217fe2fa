import { createS3Client, type S3Client } from '#aws/clients.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { openMatrix } from '#core/formats/open-matrix.ts';
import type { OpenMatrix } from './encode-rows.ts';
import { openFileSource } from './file-source.ts';

/** True for `s3://bucket/key`; everything else is a path. */
export function isS3Uri(location: string): boolean {
  return location.startsWith('s3://');
}

/** Opens a file for as long as `use` takes. */
export async function withFile<T>(
  path: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const file = await openFileSource(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Runs `use` with an S3 client as the AWS SDK is configured by default, and closes it. */
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

/**
 * Pins an S3 object or a file for as long as `use` takes, and reads the headers of the matrix in it.
 * S3 is reached as the AWS SDK is configured by default: profile, environment, `AWS_ENDPOINT_URL_S3`.
 *
 * @throws {SourceNotFoundError} there is none, or it cannot be read.
 */
export async function withMatrix<T>(
  location: string,
  signal: AbortSignal,
  use: (matrix: OpenMatrix) => Promise<T>,
): Promise<T> {
  const useSource = async (source: ByteSource) => use({ source, layout: await openMatrix(source) });
  if (!isS3Uri(location)) return await withFile(location, useSource);
  return await withS3Client(async (client) => useSource(await pinObject(client, location, signal)));
}
