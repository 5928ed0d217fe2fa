import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BucketFiles } from './bucket-files.ts';
import { assertNotOvertaken, assertWriteCondition, type WriteCondition } from './conditions.ts';
import { DataFiles } from './data-files.ts';
import { noSuchBucket, noSuchUpload } from './errors.ts';
import { KeyIndex } from './key-index.ts';
import { KeyLock } from './key-lock.ts';
import type {
  Bucket,
  ObjectDraft,
  ObjectRecord,
  StoredPart,
  Upload,
  UploadRecord,
} from './records.ts';

/** Called after each commit of an object. */
export interface ObjectCreated {
  readonly bucket: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Rises with every write; hexadecimal, fixed length. */
  readonly sequencer: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly reason: 'PutObject' | 'CompleteMultipartUpload' | 'CopyObject';
}

/** What decides and names a commit. */
export interface CommitOptions {
  readonly condition: WriteCondition | undefined;
  readonly reason: ObjectCreated['reason'];
}

/** Names an upload as a request does. */
export interface UploadName {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

/**
 * Buckets, objects and multipart uploads on disk. Changes of one key happen one after the other,
 * and conditions are decided at commit. An object exists from the rename of its JSON file on: a
 * killed process leaves every object old or new, never half.
 *
 * Memory: about 1 KB per object.
 */
export class ObjectStore {
  readonly files: DataFiles;
  readonly #bucketFiles: BucketFiles;
  readonly #buckets: Map<string, Bucket>;
  readonly #locks = new KeyLock();
  readonly #objectCreated: (event: ObjectCreated) => void;
  #lastSequence = 0;

  private constructor(
    stored: { files: DataFiles; bucketFiles: BucketFiles; buckets: Map<string, Bucket> },
    objectCreated: (event: ObjectCreated) => void,
  ) {
    this.files = stored.files;
    this.#bucketFiles = stored.bucketFiles;
    this.#buckets = stored.buckets;
    this.#objectCreated = objectCreated;
  }

  /** Opens a directory, new or used before; only one process at a time may. */
  static async open(
    directory: string,
    objectCreated: (event: ObjectCreated) => void,
  ): Promise<ObjectStore> {
    const files = new DataFiles(join(directory, 'data'));
    const bucketFiles = new BucketFiles(join(directory, 'buckets'));
    const buckets = await bucketFiles.load();
    const referenced = new Set<string>();
    for (const { objects, uploads } of buckets.values()) {
      for (const record of objects.values()) {
        for (const { file } of record.parts) referenced.add(file);
      }
      for (const { parts } of uploads.values()) {
        for (const { file } of parts.values()) referenced.add(file);
      }
    }
    await files.removeAllExcept(referenced);
    return new ObjectStore({ files, bucketFiles, buckets }, objectCreated);
  }

  /** Buckets by name. */
  buckets(): readonly Bucket[] {
    return [...this.#buckets.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** @throws {S3Error} `NoSuchBucket`. */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  /** Makes a bucket; one that exists is left as it is. */
  async createBucket(name: string): Promise<void> {
    await this.#locks.run(name, async () => {
      if (this.#buckets.has(name)) return;
      const created = Date.now();
      await this.#bucketFiles.saveBucket(name, created);
      this.#buckets.set(name, { name, created, objects: new KeyIndex(), uploads: new Map() });
    });
  }

  /** The object now at a key, if any. @throws {S3Error} `NoSuchBucket`. */
  find(bucket: string, key: string): ObjectRecord | undefined {
    return this.bucket(bucket).objects.get(key);
  }

  /** Makes a written body the object of its key. @throws {S3Error} the condition does not hold. */
  async commit(name: string, draft: ObjectDraft, options: CommitOptions): Promise<ObjectRecord> {
    const bucket = this.bucket(name);
    const record = await this.#exclusively(name, draft.key, async () => {
      assertWriteCondition(options.condition, draft.key, bucket.objects.get(draft.key));
      return this.#replace(bucket, { ...draft, lastModified: Date.now() });
    });
    this.#announce(name, record, options.reason);
    return record;
  }

  /** Deletes a key. A key that does not exist is no error, unless the condition asks for one. */
  async delete(name: string, key: string, condition: WriteCondition | undefined): Promise<void> {
    const bucket = this.bucket(name);
    await this.#exclusively(name, key, async () => {
      const current = bucket.objects.get(key);
      assertWriteCondition(condition, key, current);
      if (current === undefined) return;
      await this.#overtakeUploads(bucket, key);
      await this.#bucketFiles.deleteObject(name, key);
      bucket.objects.delete(key);
      await this.files.remove(current.parts);
    });
  }

  /** Starts a multipart upload. */
  async createUpload(
    name: string,
    fields: Omit<UploadRecord, 'uploadId' | 'initiated' | 'overtaken'>,
  ): Promise<UploadRecord> {
    const bucket = this.bucket(name);
    const uploadId = randomBytes(32).toString('base64url');
    const record = { ...fields, uploadId, initiated: Date.now(), overtaken: false };
    await this.#exclusively(name, fields.key, async () => {
      await this.#bucketFiles.saveUpload(name, record);
      bucket.uploads.set(uploadId, { record, parts: new Map() });
    });
    return record;
  }

  /** An upload under way. @throws {S3Error} `NoSuchUpload`. */
  upload({ bucket, key, uploadId }: UploadName): Upload {
    const upload = this.bucket(bucket).uploads.get(uploadId);
    if (upload?.record.key !== key) throw noSuchUpload(uploadId);
    return upload;
  }

  /** Makes a written body a part, in place of an earlier one of that number. */
  async putPart(name: UploadName, part: StoredPart): Promise<void> {
    await this.#exclusively(name.bucket, name.key, async () => {
      const { parts } = this.upload(name);
      const previous = parts.get(part.partNumber);
      await this.#bucketFiles.savePart(name.bucket, name.uploadId, part);
      parts.set(part.partNumber, part);
      if (previous !== undefined) await this.files.remove([previous]);
    });
  }

  /**
   * Makes one object of the parts that `assemble` picks, without copying a byte. The other parts
   * are deleted.
   *
   * @throws {S3Error} `NoSuchUpload`, what `assemble` throws, or the condition does not hold.
   */
  async completeUpload(
    name: UploadName,
    assemble: (upload: Upload) => ObjectDraft,
    condition: WriteCondition | undefined,
  ): Promise<ObjectRecord> {
    const bucket = this.bucket(name.bucket);
    const record = await this.#exclusively(name.bucket, name.key, async () => {
      const upload = this.upload(name);
      const draft = assemble(upload);
      assertWriteCondition(condition, name.key, bucket.objects.get(name.key));
      assertNotOvertaken(condition, name.key, upload.record.overtaken);
      const { initiated } = upload.record;
      const written = await this.#replace(bucket, { ...draft, lastModified: initiated });
      bucket.uploads.delete(name.uploadId);
      await this.#bucketFiles.deleteUpload(name.bucket, name.uploadId);
      const used = new Set(draft.parts.map(({ file }) => file));
      await this.files.remove([...upload.parts.values()].filter(({ file }) => !used.has(file)));
      return written;
    });
    this.#announce(name.bucket, record, 'CompleteMultipartUpload');
    return record;
  }

  /** Aborts an upload and deletes its parts. @throws {S3Error} `NoSuchUpload`. */
  async abortUpload(name: UploadName): Promise<void> {
    const bucket = this.bucket(name.bucket);
    await this.#exclusively(name.bucket, name.key, async () => {
      const { parts } = this.upload(name);
      bucket.uploads.delete(name.uploadId);
      await this.#bucketFiles.deleteUpload(name.bucket, name.uploadId);
      await this.files.remove([...parts.values()]);
    });
  }

  #exclusively<T>(bucket: string, key: string, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(`${bucket}/${key}`, work);
  }

  async #replace(
    bucket: Bucket,
    draft: ObjectDraft & { readonly lastModified: number },
  ): Promise<ObjectRecord> {
    await this.#overtakeUploads(bucket, draft.key, draft.uploadId);
    const previous = bucket.objects.get(draft.key);
    const record = { ...draft, sequencer: this.#nextSequencer() };
    await this.#bucketFiles.saveObject(bucket.name, record);
    bucket.objects.set(draft.key, record);
    if (previous !== undefined) await this.files.remove(previous.parts);
    return record;
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

  #announce(bucket: string, record: ObjectRecord, reason: ObjectCreated['reason']): void {
    const { key, size, etag, sequencer } = record;
    const event = { bucket, key, size, etag, sequencer, time: new Date().toISOString(), reason };
    // Not inside the request: an error of the listener must not look like a failed write.
    queueMicrotask(() => this.#objectCreated(event));
  }
}
