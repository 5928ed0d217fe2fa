import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyIndex } from './key-index.ts';
import type { Bucket, ObjectRecord, StoredPart, Upload, UploadRecord } from './records.ts';

const TEMPORARY = '.tmp';

/** Files read at once at a start. */
const LOAD_CONCURRENCY = 64;

/**
 * Only this module writes these files, each of them whole or not at all: what parses has the type
 * that was written.
 */
async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

async function listFiles(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Buckets, objects and uploads as small JSON files. Each is written beside its place and renamed
 * over it: a process that is killed leaves the old or the new one. Keys are hashed, so no key is a
 * path.
 */
export class BucketFiles {
  readonly #directory: string;
  /** Folders known to exist, so that a commit is one write and one rename. */
  readonly #made = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  #bucketPath(bucket: string): string {
    return join(this.#directory, bucket, 'bucket.json');
  }

  #objectPath(bucket: string, key: string): string {
    const hash = createHash('sha256').update(key).digest('hex');
    return join(this.#directory, bucket, 'objects', hash.slice(0, 2), `${hash}.json`);
  }

  #uploadPath(bucket: string, uploadId: string): string {
    return join(this.#directory, bucket, 'uploads', uploadId);
  }

  async #writeJson(path: string, value: unknown): Promise<void> {
    const folder = dirname(path);
    if (!this.#made.has(folder)) {
      await mkdir(folder, { recursive: true });
      this.#made.add(folder);
    }
    const temporary = join(folder, `${randomUUID()}${TEMPORARY}`);
    await writeFile(temporary, JSON.stringify(value));
    await rename(temporary, path);
  }

  saveBucket(bucket: string, created: number): Promise<void> {
    return this.#writeJson(this.#bucketPath(bucket), { created });
  }

  saveObject(bucket: string, record: ObjectRecord): Promise<void> {
    return this.#writeJson(this.#objectPath(bucket, record.key), record);
  }

  deleteObject(bucket: string, key: string): Promise<void> {
    return rm(this.#objectPath(bucket, key));
  }

  saveUpload(bucket: string, record: UploadRecord): Promise<void> {
    return this.#writeJson(join(this.#uploadPath(bucket, record.uploadId), 'upload.json'), record);
  }

  savePart(bucket: string, uploadId: string, part: StoredPart): Promise<void> {
    const path = join(this.#uploadPath(bucket, uploadId), `${part.partNumber}.json`);
    return this.#writeJson(path, part);
  }

  async deleteUpload(bucket: string, uploadId: string): Promise<void> {
    const folder = this.#uploadPath(bucket, uploadId);
    this.#made.delete(folder);
    await rm(folder, { recursive: true, force: true });
  }

  /**
   * Reads everything back. Uploads that became objects just before the process was killed are
   * dropped.
   */
  async load(): Promise<Map<string, Bucket>> {
    const buckets = new Map<string, Bucket>();
    for (const name of [...(await listFiles(this.#directory))].sort()) {
      const files = await listFiles(join(this.#directory, name));
      if (!files.includes('bucket.json')) continue; // killed before the bucket existed
      const { created } = await readJson<{ created: number }>(this.#bucketPath(name));
      const objects = await this.#loadObjects(name);
      const uploads = await this.#loadUploads(name, objects);
      buckets.set(name, { name, created, objects, uploads });
    }
    return buckets;
  }

  async #loadObjects(bucket: string): Promise<KeyIndex<ObjectRecord>> {
    const root = join(this.#directory, bucket, 'objects');
    const records: ObjectRecord[] = [];
    for (const folder of await listFiles(root)) {
      const paths = await this.#settledFiles(join(root, folder));
      for (let at = 0; at < paths.length; at += LOAD_CONCURRENCY) {
        const batch = paths.slice(at, at + LOAD_CONCURRENCY);
        records.push(...(await Promise.all(batch.map((path) => readJson<ObjectRecord>(path)))));
      }
    }
    return KeyIndex.from(records.map((record) => [record.key, record]));
  }

  /**
   * Paths of the finished files in a folder; deletes those that were being written when the process
   * was killed.
   */
  async #settledFiles(folder: string): Promise<readonly string[]> {
    const names = await listFiles(folder);
    for (const name of names) {
      if (name.endsWith(TEMPORARY)) await rm(join(folder, name));
    }
    return names.filter((name) => !name.endsWith(TEMPORARY)).map((name) => join(folder, name));
  }

  async #loadUploads(bucket: string, objects: Bucket['objects']): Promise<Map<string, Upload>> {
    const uploads = new Map<string, Upload>();
    for (const uploadId of await listFiles(join(this.#directory, bucket, 'uploads'))) {
      const paths = await this.#settledFiles(this.#uploadPath(bucket, uploadId));
      const head = paths.find((path) => path.endsWith('upload.json'));
      const record = head === undefined ? undefined : await readJson<UploadRecord>(head);
      if (record === undefined || objects.get(record.key)?.uploadId === uploadId) {
        await this.deleteUpload(bucket, uploadId);
        continue;
      }
      const parts = new Map<number, StoredPart>();
      for (const path of paths.filter((each) => each !== head)) {
        const part = await readJson<StoredPart>(path);
        parts.set(part.partNumber, part);
      }
      uploads.set(uploadId, { record, parts });
    }
    return uploads;
  }
}
