import { randomBytes } from 'node:crypto';
import type { BucketFiles } from './bucket-files.ts';
import type { DataFiles } from './data-files.ts';
import type { Bucket, DeleteMarker, ObjectDraft, ObjectRecord, Version } from './records.ts';
import { objectsAmong, setVersions, versionsOf, withNewest } from './versions.ts';

/** As long as those of AWS: 32 characters. */
const VERSION_ID_BYTES = 24;

/**
 * Changes the versions of keys, on disk and in the indexes of a bucket. Changes of one key must
 * come one after the other.
 */
export class VersionWriter {
  readonly #bucketFiles: BucketFiles;
  readonly #files: DataFiles;
  #lastSequence = 0;

  constructor(bucketFiles: BucketFiles, files: DataFiles) {
    this.#bucketFiles = bucketFiles;
    this.#files = files;
  }

  /** Makes an object what its key is now. Without versioning it takes the place of the other. */
  async addObject(
    bucket: Bucket,
    draft: ObjectDraft & { readonly lastModified: number },
  ): Promise<ObjectRecord> {
    const record = { ...draft, ...this.#stamp(bucket) };
    await this.replace(bucket, draft.key, withNewest(versionsOf(bucket, draft.key), record));
    return record;
  }

  /** Deletes a key of a bucket that keeps versions, or did. */
  async addMarker(bucket: Bucket, key: string): Promise<DeleteMarker> {
    const lastModified = Date.now();
    const marker = { key, lastModified, isDeleteMarker: true, ...this.#stamp(bucket) } as const;
    await this.replace(bucket, key, withNewest(versionsOf(bucket, key), marker));
    return marker;
  }

  /** Makes these the versions of a key, and deletes the bytes of those that are gone. */
  async replace(bucket: Bucket, key: string, versions: readonly Version[]): Promise<void> {
    const before = versionsOf(bucket, key);
    const [newest] = versions;
    if (newest !== before[0]) {
      const by = newest !== undefined && 'uploadId' in newest ? newest.uploadId : undefined;
      await this.#overtakeUploads(bucket, key, by);
    }
    await this.#bucketFiles.saveVersions(bucket.name, key, versions);
    setVersions(bucket, key, versions);
    const gone = before.filter((version) => !versions.includes(version));
    for (const { parts } of objectsAmong(gone)) await this.#files.remove(parts);
  }

  /** What a new version of a bucket is known by. */
  #stamp({ versioning }: Bucket): Pick<Version, 'sequencer' | 'versionId'> {
    const sequencer = this.#nextSequencer();
    if (versioning !== 'Enabled') return { sequencer };
    return { sequencer, versionId: randomBytes(VERSION_ID_BYTES).toString('base64url') };
  }

  /** Runs before the change: a killed process then causes a needless 409, never a missed one. */
  async #overtakeUploads(bucket: Bucket, key: string, by?: string): Promise<void> {
    for (const upload of bucket.uploads.values()) {
      const { record } = upload;
      if (record.key !== key || record.uploadId === by || record.overtaken) continue;
      upload.record = { ...record, overtaken: true };
      await this.#bucketFiles.saveUpload(bucket.name, upload.record);
    }
  }

  /** Microseconds of the clock, or one more than the last: rises across restarts too. */
  #nextSequencer(): string {
    this.#lastSequence = Math.max(this.#lastSequence + 1, Date.now() * 1000);
    return this.#lastSequence.toString(16).padStart(16, '0').toUpperCase();
  }
}
