import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { BLOCK_BYTES, type Block } from './blocks.ts';

/** Writes past the system's cache must be whole ones of these, on every disk that is in use. */
const SECTOR_BYTES = 4096;

/** That writing past the cache is not possible here. */
function isUnable(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EINVAL' || code === 'ENOTSUP';
}

/** @param flag of the system, 0 if it has none; not every file system takes it. */
async function openPastCache(path: string, flag: number) {
  if (flag === 0) return undefined;
  try {
    return await open(path, constants.O_WRONLY | flag);
  } catch (error) {
    if (isUnable(error)) return undefined;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, start + done);
    done += bytesWritten;
  }
}

/**
 * A data file being written.
 *
 * Long bodies are written in blocks, past the system's cache. To fill the cache costs ten times the
 * time of the processor on a virtual machine, whose host makes the memory at the first touch.
 */
export class DataWriter {
  /** Name of the file. */
  readonly file: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #flag: number;
  #pastCache: Promise<FileHandle | undefined> | undefined;
  #written = 0;

  private constructor(path: string, handle: FileHandle, flag: number) {
    this.file = basename(path);
    this.#path = path;
    this.#handle = handle;
    this.#flag = flag;
  }

  /**
   * Makes the file, which must not exist.
   *
   * @param flag with which a file is opened to write past the cache. @default that of the system,
   *   0 if it has none
   */
  static async create(path: string, flag: number = constants.O_DIRECT ?? 0): Promise<DataWriter> {
    return new DataWriter(path, await open(path, 'wx'), flag);
  }

  /** Appends `bytes`, behind those of calls before that have not ended yet. */
  async write(bytes: Uint8Array): Promise<void> {
    const start = this.#written;
    this.#written += bytes.length;
    await writeAll(this.#handle, bytes, start);
  }

  /**
   * Appends the first `length` bytes of a block, in the same way. All but the last block of a file
   * must be full, and nothing else may be written to it.
   */
  async writeBlock(block: Block, length = BLOCK_BYTES): Promise<void> {
    const start = this.#written;
    this.#written += length;
    this.#pastCache ??= openPastCache(this.#path, this.#flag);
    const pastCache = await this.#pastCache;
    if (pastCache === undefined) {
      await writeAll(this.#handle, block.subarray(0, length), start);
      return;
    }
    const sectors = Math.ceil(length / SECTOR_BYTES) * SECTOR_BYTES;
    await writeAll(pastCache, block.subarray(0, sectors), start);
    if (sectors > length) await pastCache.truncate(start + length);
  }

  /** Ends the file, once all writes have ended. */
  async close(): Promise<void> {
    const pastCache = await this.#pastCache?.catch(() => undefined);
    await pastCache?.close();
    await this.#handle.close();
  }
}
