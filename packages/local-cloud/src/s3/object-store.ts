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
  DeleteMarker,
  ObjectDraft,
  ObjectRecord,
  StoredPart,
  Upload,
  UploadRecord,
  Version,
  Versioning,
} from './records.ts';
import { VersionWriter } from './version-writer.ts';
import { findVersion, objectsAmong, versionsOf } from './versions.ts';

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
  /** Undefined where versions are not kept. */
  readonly versionId?: string | undefined;
}

/** What decides and names a commit. */
export interface CommitOptions {
  readonly condition: WriteCondition | undefined;
  readonly reason: ObjectCreated['reason'];
}

/** Names a version to delete. */
export interface DeleteVersion {
  readonly key: string;
  /** `null` for the null version. */
  readonly versionId: string;
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
  readonly #versions: VersionWriter;

  private constructor(
    stored: { files: DataFiles; bucketFiles: BucketFiles; buckets: Map<string, Bucket> },
    objectCreated: (event: ObjectCreated) => void,
  ) {
    this.files = stored.files;
    this.#bucketFiles = stored.bucketFiles;
    this.#buckets = stored.buckets;
    this.#objectCreated = objectCreated;
    this.#versions = new VersionWriter(stored.bucketFiles, stored.files);
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
    for (const { objects, history, uploads } of buckets.values()) {
      const older = [...history.values()].flatMap(objectsAmong);
      for (const record of [...objects.values(), ...older]) {
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
      await this.#bucketFiles.saveBucket(name, { created });
      this.#buckets.set(name, {
        name,
        created,
        versioning: undefined,
        objects: new KeyIndex(),
        history: new KeyIndex(),
        uploads: new Map(),
      });
    });
  }

  /** Begins or ceases to keep versions; those that are there stay. @throws {S3Error} */
  async setVersioning(name: string, versioning: Versioning): Promise<void> {
    await this.#locks.run(name, async () => {
      const bucket = this.bucket(name);
      await this.#bucketFiles.saveBucket(name, { created: bucket.created, versioning });
      bucket.versioning = versioning;
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
      return this.#versions.addObject(bucket, { ...draft, lastModified: Date.now() });
    });
    this.#announce(name, record, options.reason);
    return record;
  }

  /**
   * Deletes a key: where versions are kept or were, by a delete marker. A key that does not exist
   * is no error, unless the condition asks for one.
   *
   * @returns the delete marker, if one was made.
   */
  async delete(
    name: string,
    key: string,
    condition: WriteCondition | undefined,
  ): Promise<DeleteMarker | undefined> {
    const bucket = this.bucket(name);
    return await this.#exclusively(name, key, async () => {
      assertWriteCondition(condition, key, bucket.objects.get(key));
      if (bucket.versioning !== undefined) return await this.#versions.addMarker(bucket, key);
      await this.#versions.replace(bucket, key, []);
      return undefined;
    });
  }

  /** Deletes one version for good. @returns the version; undefined if there was none. */
  async deleteVersion(
    name: string,
    { key, versionId }: DeleteVersion,
  ): Promise<Version | undefined> {
    const bucket = this.bucket(name);
    return await this.#exclusively(name, key, async () => {
      const found = findVersion(bucket, key, versionId);
      if (found === undefined) return undefined;
      const kept = versionsOf(bucket, key).filter((version) => version !== found);
      await this.#versions.replace(bucket, key, kept);
      return found;
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
      const written = await this.#versions.addObject(bucket, { ...draft, lastModified: initiated });
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

  #announce(bucket: string, record: ObjectRecord, reason: ObjectCreated['reason']): void {
    const { key, size, etag, sequencer, versionId } = record;
    const time = new Date().toISOString();
    const event = { bucket, key, size, etag, sequencer, time, reason, versionId };
    // Not inside the request: an error of the listener must not look like a failed write.
    queueMicrotask(() => this.#objectCreated(event));
  }
}
