import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What is known of an object whose bytes lie in files. */
export interface SpooledObject {
  readonly parts: readonly SpooledFile[];
  readonly size: number;
  readonly etag: string;
  /** As the client sent it; S3 gives it back. */
  readonly crc32: string | undefined;
}

/** One request's body. */
interface SpooledFile {
  readonly path: string;
  readonly size: number;
}

/** Objects that were written, by bucket and key: in files, so that none is in memory. */
export class SpooledObjects {
  readonly #directory: string;
  readonly #objects = new Map<string, SpooledObject>();
  readonly #uploads = new Map<string, SpooledFile[]>();
  #count = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get(path: string): SpooledObject | undefined {
    return this.#objects.get(path);
  }

  async put(path: string, body: Readable, crc32: string | undefined): Promise<SpooledObject> {
    return this.#keep(path, [await this.#spool(body)], crc32);
  }

  createUpload(): string {
    this.#count += 1;
    const id = `upload-${this.#count}`;
    this.#uploads.set(id, []);
    return id;
  }

  async putPart(id: string, partNumber: number, body: Readable): Promise<void> {
    const file = await this.#spool(body);
    const parts = this.#uploads.get(id);
    if (parts === undefined) throw new Error(`there is no upload ${id}`);
    parts[partNumber - 1] = file;
  }

  complete(path: string, id: string, crc32: string | undefined): SpooledObject {
    const parts = this.#uploads.get(id) ?? [];
    this.#uploads.delete(id);
    return this.#keep(path, parts, crc32);
  }

  /** The bytes of an object, one file after the other. */
  read({ parts }: SpooledObject): Readable {
    return Readable.from(
      (async function* () {
        for (const { path } of parts) yield* createReadStream(path, { highWaterMark: 1 << 18 });
      })(),
    );
  }

  #keep(path: string, parts: readonly SpooledFile[], crc32: string | undefined): SpooledObject {
    this.#count += 1;
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const object = { parts, size, etag: `"${String(this.#count).padStart(32, '0')}"`, crc32 };
    this.#objects.set(path, object);
    return object;
  }

  async #spool(body: Readable): Promise<SpooledFile> {
    await mkdir(this.#directory, { recursive: true });
    this.#count += 1;
    const path = join(this.#directory, String(this.#count));
    const file = createWriteStream(path);
    await pipeline(body, file);
    return { path, size: file.bytesWritten };
  }
}
