import { closeSync, constants, openSync, write } from 'node:fs';
import { promisify } from 'node:util';

const writeAt = promisify(write);

/** What disks take without the system's cache is whole blocks: of 512 bytes, or of 4 KiB. */
const BLOCK_BYTES = 4096;

/** Opens a file without the system's cache; undefined where disk or system have no such way. */
function openDirect(path: string): number | undefined {
  if (constants.O_DIRECT === undefined) return undefined;
  try {
    return openSync(path, constants.O_WRONLY | constants.O_DIRECT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return undefined;
    throw error;
  }
}

/**
 * Writes past the system's cache: the disk takes the bytes from where they lie, while the next ones
 * are made. Through the cache each byte is copied by the processor, which takes up to a sixth of
 * the time of an export, and what others read often is dropped from it.
 */
export class DirectWrites {
  #fd: number | undefined;

  /** @param path of a file that is there. */
  constructor(path: string) {
    this.#fd = openDirect(path);
  }

  /**
   * Writes as many of the bytes as can be written so.
   *
   * @param bytes lie at the start of a block of memory, or are not written so.
   * @returns how many were written: none, or whole blocks.
   */
  async write(bytes: Uint8Array, offset: number): Promise<number> {
    const isAligned = offset % BLOCK_BYTES === 0 && bytes.byteOffset % BLOCK_BYTES === 0;
    const whole = bytes.length - (bytes.length % BLOCK_BYTES);
    if (this.#fd === undefined || !isAligned || whole === 0) return 0;
    try {
      const { bytesWritten } = await writeAt(this.#fd, bytes, 0, whole, offset);
      return bytesWritten - (bytesWritten % BLOCK_BYTES);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      this.close();
      return 0;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
