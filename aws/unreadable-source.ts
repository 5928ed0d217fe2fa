import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { AccessDeniedError, UnsupportedSourceError } from '#core/errors.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { isNamed, statusOf, translatedSource } from './errors.ts';

/** Classes of objects that must be restored before they can be read. */
const ARCHIVES: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

/** True for a storage class whose objects may have to be restored first. */
export function isArchive(storageClass: string): boolean {
  return ARCHIVES.includes(storageClass);
}

/** `Restore` of an archived object of which there is a copy that can be read. */
const RESTORED = 'ongoing-request="false"';

/** How S3 speaks of an object that only its owner's key can decrypt. */
const CUSTOMER_KEY = /server[- ]side encryption/i;

/** Days for which the suggested command keeps a copy. */
const RESTORED_DAYS = 7;

function archivedError(uri: string, storageClass: string): UnsupportedSourceError {
  const { bucket, key } = parseS3Uri(uri);
  const request = `'{"Days":${RESTORED_DAYS}}'`;
  return new UnsupportedSourceError(
    `${uri} is archived (${storageClass}) and cannot be read; restore it with aws s3api restore-object --bucket ${bucket} --key '${key.replaceAll("'", `'\\''`)}' --restore-request ${request}, wait until that is done, and start again`,
  );
}

/**
 * Refuses an object that S3 knows but does not give.
 *
 * @throws {UnsupportedSourceError} it is archived.
 */
export function assertReadable(uri: string, head: HeadObjectCommandOutput): void {
  const { StorageClass = '', ArchiveStatus, Restore = '' } = head;
  const archive = isArchive(StorageClass) ? StorageClass : ArchiveStatus;
  if (archive === undefined || Restore.includes(RESTORED)) return;
  throw archivedError(uri, archive);
}

/** The Region of the bucket, as S3 says with some errors. */
function regionOf(error: unknown): string | undefined {
  const { $response } = error as {
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return $response?.headers?.['x-amz-bucket-region'];
}

/** What an error says of a source that cannot be read as it lies; undefined for another error. */
async function unreadable(client: S3Client, error: unknown, uri: string): Promise<unknown> {
  const options = { cause: error };
  const [region, own] = [regionOf(error), await client.config.region()];
  if (region !== undefined && region !== own) {
    return new UnsupportedSourceError(
      `${uri} lies in Region ${region}, this deployment in ${own}; deploy the stack in ${region}, or copy the source to a bucket in ${own}`,
      options,
    );
  }
  if (isNamed(error, 'InvalidObjectState')) return archivedError(uri, 'InvalidObjectState');
  if (statusOf(error) === 400 && CUSTOMER_KEY.test((error as Error).message)) {
    return new UnsupportedSourceError(
      `${uri} is encrypted with a key that S3 does not keep (SSE-C); copy it with encryption by S3 or KMS`,
      options,
    );
  }
  return undefined;
}

/** Translates an error of the first request for a source, which also finds out what S3 refuses. */
export async function refusedSource(
  client: S3Client,
  error: unknown,
  uri: string,
): Promise<unknown> {
  const named = await unreadable(client, error, uri);
  if (named !== undefined) return named;
  const translated = translatedSource(error, uri);
  if (!(translated instanceof AccessDeniedError)) return translated;
  return new AccessDeniedError(
    `${translated.message}; check the grants of role, bucket and key, and copy sources out of buckets whose requester pays, which are not read`,
    { cause: error },
  );
}
