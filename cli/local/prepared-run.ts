import type { RequestFields } from '#cli/options/request-file.ts';
import type { UploadPlace } from '#cli/sources/upload-place.ts';

/** A run whose source was looked at. */
export interface PreparedRun {
  /**
   * Uploads the source, unless it is there already.
   *
   * @returns the request with what was uploaded as its source.
   * @throws {UsageError} an object of it would start a run.
   */
  upload(place: UploadPlace): Promise<RequestFields>;
}
