import { randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * A file that nobody sees before it is whole: written beside its place, on the same disk, and then
 * put there. `remove` must be called at the end, whatever came before.
 */
export class DraftFile {
  readonly path: string;
  readonly handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  /** Opens an empty file in the folder for drafts, which is made where needed. */
  static async open(drafts: string): Promise<DraftFile> {
    await mkdir(drafts, { recursive: true });
    const path = join(drafts, randomUUID());
    return new DraftFile(path, await open(path, 'wx'));
  }

  /** Waits until the disk has what was written. */
  async keep(): Promise<void> {
    await this.handle.datasync();
  }

  /**
   * Puts the file at its place, if nothing is there.
   *
   * @returns whether it was put there.
   */
  async create(place: string): Promise<boolean> {
    await mkdir(dirname(place), { recursive: true });
    return await link(this.path, place).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
  }

  /** Puts the file at its place, in the stead of what is there. */
  async replace(place: string): Promise<void> {
    await rename(this.path, place);
  }

  /** Removes what was not put anywhere. */
  async remove(): Promise<void> {
    await this.handle.close();
    await rm(this.path, { force: true });
  }
}
