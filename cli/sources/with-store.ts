import type { S3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { fileObjectStore } from './file-object-store.ts';
import { isS3Uri } from './location.ts';
import { withS3Client } from './s3-client.ts';

/** Opens both objects of S3 and files. */
function routed(inS3: ObjectStore, files: ObjectStore): ObjectStore {
  const storeOf = (uri: string) => (isS3Uri(uri) ? inS3 : files);
  return {
    pin: (uri, versionId) => storeOf(uri).pin(uri, versionId),
    list: (prefix) => storeOf(prefix).list(prefix),
    // Only those of S3 have versions, and what is listed at once lies in one place.
    pinVersions: async (pins) => (await storeOf(pins[0]?.uri ?? '').pinVersions?.(pins)) ?? pins,
    open: (pin) => storeOf(pin.uri).open(pin),
    crc32: async (pin) => await storeOf(pin.uri).crc32?.(pin),
  };
}

/**
 * Gives objects of S3 and files for as long as `use` takes. S3 is reached as the AWS SDK is
 * configured by default: profile, environment, `AWS_ENDPOINT_URL_S3`.
 */
export async function withStore<T>(
  signal: AbortSignal,
  use: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  return await withS3Client((client) => withStoreOf(client, signal, use));
}

/** The same by a client that is there already. */
export async function withStoreOf<T>(
  client: S3Client,
  signal: AbortSignal,
  use: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const files = fileObjectStore();
  try {
    return await use(routed(s3ObjectStore(client, signal), files));
  } finally {
    await files.close();
  }
}
