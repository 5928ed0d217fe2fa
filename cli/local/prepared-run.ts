import type { S3Client } from '#aws/clients.ts';
import type { RequestFields } from '#cli/options/request-file.ts';

/** A run whose source was looked at. */
export interface PreparedRun {
  /**
   * Uploads the source into a bucket, unless it is there already.
   *
   * @returns the request with what was uploaded as its source.
   */
  upload(s3: S3Client, bucket: string): Promise<RequestFields>;
}
