import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { s3Error } from './s3-answers.ts';

/** A part that a file has. */
export interface UploadedPart {
  readonly number: number;
  readonly start: number;
  readonly bytes: number;
  /** In Base64. */
  readonly crc32Base64: string | undefined;
}

const DATA = 'data';

/** Most parts that a list has, as in S3. */
const PAGE = 1_000;

function fileOf(number: number): string {
  return `${String(number).padStart(5, '0')}.json`;
}

/**
 * Uploads in parts, each a folder: the bytes in one file, and a small file for each part that is
 * complete. Threads may write parts at once, and a killed process leaves those that are complete.
 */
export class FolderUploads {
  readonly #folder: string;
  /** Where parts end that this process writes one behind the other. */
  readonly #ends = new Map<string, PromiseWithResolvers<number>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async begin(): Promise<string> {
    const id = randomUUID();
    await mkdir(join(this.#folder, id), { recursive: true });
    await writeFile(this.dataOf(id), '');
    return id;
  }

  /** The file of an upload. */
  dataOf(id: string): string {
    return join(this.#folder, id, DATA);
  }

  /** @throws {Error} named `NoSuchUpload`. */
  async assertThere(id: string): Promise<void> {
    const isThere = (await stat(this.dataOf(id)).catch(() => undefined)) !== undefined;
    if (!isThere) throw s3Error('NoSuchUpload', 404, `there is no upload ${id}`);
  }

  /** Where a part begins whose place nobody has said: behind the one before it. */
  async startOf(id: string, number: number, bytes: number): Promise<number> {
    const start = number === 1 ? 0 : await this.#endOf(id, number - 1).promise;
    this.#endOf(id, number).resolve(start + bytes);
    return start;
  }

  /** Writes a part, and says that it is complete. */
  async write(id: string, part: UploadedPart, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await using file = await open(this.dataOf(id), 'r+');
    let at = part.start;
    for await (const piece of pieces) {
      for (let done = 0; done < piece.length; ) {
        done += (await file.write(piece, done, piece.length - done, at + done)).bytesWritten;
      }
      at += piece.length;
    }
    await file.datasync();
    const draft = join(this.#folder, id, randomUUID());
    await writeFile(draft, JSON.stringify(part));
    await rename(draft, join(this.#folder, id, fileOf(part.number)));
  }

  /** Parts that are complete and come after a number, in order; at most a thousand. */
  async parts(id: string, after: number): Promise<readonly UploadedPart[]> {
    const names = (await readdir(join(this.#folder, id))).filter((name) => name.endsWith('.json'));
    const later = names.sort().filter((name) => name > fileOf(after));
    const texts = later
      .slice(0, PAGE)
      .map((name) => readFile(join(this.#folder, id, name), 'utf8'));
    return (await Promise.all(texts)).map((text) => JSON.parse(text) as UploadedPart);
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#folder, id), { recursive: true, force: true });
  }

  #endOf(id: string, number: number): PromiseWithResolvers<number> {
    const name = `${id}/${number}`;
    const end = this.#ends.get(name) ?? Promise.withResolvers<number>();
    this.#ends.set(name, end);
    return end;
  }
}
