import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyIndex } from './key-index.ts';
import type {
  Bucket,
  ObjectRecord,
  StoredPart,
  Upload,
  UploadRecord,
  Version,
  Versioning,
} from './records.ts';
import { splitVersions } from './versions.ts';

const TEMPORARY = '.tmp';

/** What `bucket.json` holds. */
type BucketHead = Pick<Bucket, 'created'> & { readonly versioning?: Versioning | undefined };

/** Files read at once at a start. */
const LOAD_CONCURRENCY = 64;

/**
 * Only this module writes these files, each of them whole or not at all: what parses has the type
 * that was written.
 */
async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

/** A state directory of before versions were kept has the object itself. */
async function readVersions(path: string): Promise<readonly Version[]> {
  const stored = await readJson<readonly Version[] | ObjectRecord>(path);
  return 'key' in stored ? [stored] : stored;
}

function indexesOf(keys: readonly (readonly Version[])[]): Pick<Bucket, 'objects' | 'history'> {
  const sorted = keys.map(splitVersions);
  return {
    objects: KeyIndex.from(
      sorted.flatMap(({ object }) => (object === undefined ? [] : [[object.key, object] as const])),
    ),
    history: KeyIndex.from(
      sorted.flatMap(({ older: [first, ...more] }) =>
        first === undefined ? [] : [[first.key, [first, ...more]] as const],
      ),
    ),
  };
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

  saveBucket(bucket: string, head: BucketHead): Promise<void> {
    return this.#writeJson(this.#bucketPath(bucket), head);
  }

  /** Saves all versions of a key at once, newest first; without any, its file goes. */
  saveVersions(bucket: string, key: string, versions: readonly Version[]): Promise<void> {
    const path = this.#objectPath(bucket, key);
    return versions.length > 0 ? this.#writeJson(path, versions) : rm(path, { force: true });
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
      const head = await readJson<BucketHead>(this.#bucketPath(name));
      const { created, versioning } = head;
      const { objects, history } = await this.#loadObjects(name);
      const uploads = await this.#loadUploads(name, objects);
      buckets.set(name, { name, created, versioning, objects, history, uploads });
    }
    return buckets;
  }

  async #loadObjects(bucket: string): Promise<Pick<Bucket, 'objects' | 'history'>> {
    const root = join(this.#directory, bucket, 'objects');
    const keys: (readonly Version[])[] = [];
    for (const folder of await listFiles(root)) {
      const paths = await this.#settledFiles(join(root, folder));
      for (let at = 0; at < paths.length; at += LOAD_CONCURRENCY) {
        const batch = paths.slice(at, at + LOAD_CONCURRENCY);
        keys.push(...(await Promise.all(batch.map(readVersions))));
      }
    }
    return indexesOf(keys);
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
