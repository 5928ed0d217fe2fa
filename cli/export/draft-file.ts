import { randomUUID } from 'node:crypto';
import { closeSync, fdatasync, linkSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DirectWrites } from './direct-writes.ts';

const datasync = promisify(fdatasync);

/**
 * Puts a file at a second place on its disk, if nothing is there.
 *
 * @returns whether it was put there.
 */
export function createLink(path: string, place: string): boolean {
  mkdirSync(dirname(place), { recursive: true });
  try {
    linkSync(path, place);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * A file that nobody sees before it is whole: written beside its place, on the same disk, and then
 * put there by {@link createLink} or a rename. `remove` must be called at the end, whatever came
 * before.
 *
 * Only what waits for the disk goes through the thread pool: for the rest, the way there and back
 * takes longer than the work itself.
 */
export class DraftFile {
  readonly path: string;
  readonly #fd: number;
  #direct: DirectWrites | undefined;
  #written = 0;
  #taking: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** Opens an empty file in the folder for drafts, which is made where needed. */
  static open(drafts: string): DraftFile {
    mkdirSync(drafts, { recursive: true });
    const path = join(drafts, randomUUID());
    return new DraftFile(path, openSync(path, 'wx'));
  }

  /** Waits for the system to take the bytes, so that their buffer can be used again. */
  write(bytes: Uint8Array): void {
    const start = this.#written;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, start + done);
    }
    this.#written += bytes.length;
  }

  /**
   * Writes bytes past the system's cache, where they and the disk allow it, while the thread goes
   * on. They must stay as they are until then, and one call must have ended before the next.
   */
  writeDirect(bytes: Uint8Array): Promise<void> {
    this.#direct ??= new DirectWrites(this.path);
    const writing = this.#direct.write(bytes, this.#written).then((taken) => {
      this.#written += taken;
      this.write(bytes.subarray(taken));
    });
    this.#taking = writing.catch(() => {}); // raised where it is awaited
    return writing;
  }

  /** Waits until the disk has what was written so far. A failure is raised by later calls too. */
  keep(): Promise<void> {
    this.#keeping = this.#keeping.then(() => datasync(this.#fd));
    this.#keeping.catch(() => {}); // raised where it is awaited
    return this.#keeping;
  }

  /** Removes what was not put anywhere. */
  async remove(): Promise<void> {
    await Promise.all([this.#taking, this.#keeping.catch(() => {})]);
    this.#direct?.close();
    closeSync(this.#fd);
    rmSync(this.path, { force: true });
  }
}
