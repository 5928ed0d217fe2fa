import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { AccessDeniedError, ServiceUnavailableError } from '#core/errors.ts';
import { translated } from './errors.ts';

/**
 * Deletes up to 1,000 objects; one that is gone is no failure. In a bucket that keeps versions this
 * makes delete markers. Of the functions only
 * Finalize calls it, and may below `_shuffle/` alone.
 *
 * @throws {AccessDeniedError} an object may not be deleted.
 * @throws {ServiceUnavailableError} S3 says that one was not deleted.
 */
export async function deleteObjects(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete });
  const { Errors: [first] = [] } = await client
    .send(command, { abortSignal: signal })
    .catch((error: unknown) => {
      throw translated(error, `delete objects of s3://${bucket}/`);
    });
  if (first === undefined) return;
  const problem = `s3://${bucket}/${first.Key} was not deleted: ${first.Code} ${first.Message}`;
  throw first.Code === 'AccessDenied'
    ? new AccessDeniedError(`${problem}; allow s3:DeleteObject`)
    : new ServiceUnavailableError(problem);
}
