import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataWriter } from './data-writer.ts';

/** One run of bytes of an object: a whole file of the store. */
export interface Extent {
  /** Name of the file; never anything a client chose. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
}

/** A run of bytes within an object. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

const READ_BYTES = 256 * 1024;

/** Why a file cannot have a second name somewhere: another disk, or a file system without links. */
const UNLINKABLE = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

async function* readFileRange(path: string, range: ByteRange): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    const end = range.offset + range.length;
    for (let at = range.offset; at < end; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error(`${path} ends at byte ${at}, expected ${end}`);
      at += bytesRead;
      yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of all objects, in files named by the store, never changed once written.
 * A file that is being read outlives its removal until the reader is done.
 */
export class DataFiles {
  readonly #directory: string;
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Set<string>();
  /** Folders known to exist. */
  readonly #made = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  #path(file: string): string {
    return join(this.#directory, file.slice(0, 2), file);
  }

  /** Starts a new file, which no object refers to yet. */
  async create(): Promise<DataWriter> {
    const file = randomUUID();
    const folder = join(this.#directory, file.slice(0, 2));
    if (!this.#made.has(folder)) await mkdir(folder, { recursive: true });
    this.#made.add(folder);
    return await DataWriter.create(this.#path(file));
  }

  /** Keeps the files from being deleted until the returned function is called. */
  pin(extents: readonly Extent[]): () => void {
    for (const { file } of extents) this.#pins.set(file, (this.#pins.get(file) ?? 0) + 1);
    return () => {
      for (const { file } of extents) this.#unpin(file);
    };
  }

  #unpin(file: string): void {
    const left = (this.#pins.get(file) ?? 1) - 1;
    if (left > 0) {
      this.#pins.set(file, left);
      return;
    }
    this.#pins.delete(file);
    if (this.#doomed.delete(file)) void this.#unlink(file);
  }

  /**
   * A file that cannot be deleted is no failure: nothing refers to it, and the next start tries
   * again.
   */
  async #unlink(file: string): Promise<void> {
    await rm(this.#path(file), { force: true }).catch(() => {});
  }

  /** Deletes the files, those being read as soon as their readers are done. */
  async remove(extents: readonly Extent[]): Promise<void> {
    for (const { file } of extents) {
      if (this.#pins.has(file)) this.#doomed.add(file);
      else await this.#unlink(file);
    }
  }

  /** Reads a run of bytes across the files, in pieces of at most 256 KiB. */
  async *read(extents: readonly Extent[], range: ByteRange): AsyncGenerator<Buffer> {
    const release = this.pin(extents);
    try {
      let start = 0;
      const end = range.offset + range.length;
      for (const { file, size } of extents) {
        const from = Math.max(range.offset, start);
        const to = Math.min(end, start + size);
        if (from < to) {
          yield* readFileRange(this.#path(file), { offset: from - start, length: to - from });
        }
        start += size;
      }
    } finally {
      release();
    }
  }

  /**
   * Gives the bytes of an object a second name, at a path, if they are one file and the path lies
   * on the same disk.
   *
   * @returns whether they have it.
   */
  async link([extent, ...others]: readonly Extent[], path: string): Promise<boolean> {
    if (extent === undefined || others.length > 0) return false;
    return await link(this.#path(extent.file), path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (UNLINKABLE.has(error.code ?? '')) return false;
        throw error;
      },
    );
  }

  /** Deletes what a killed process left behind: every file that nothing refers to. */
  async removeAllExcept(referenced: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    for (const folder of await readdir(this.#directory)) {
      for (const file of await readdir(join(this.#directory, folder))) {
        if (!referenced.has(file)) await rm(join(this.#directory, folder, file));
      }
    }
  }
}
