import { type FileHandle, open } from 'node:fs/promises';

/** Files that together hold a text of records, each begun by the same head. */
export class FileRun {
  readonly #path: string;
  readonly #head: string;
  readonly #fileBytes: number;
  readonly #paths: string[] = [];
  #file: FileHandle | undefined;
  #bytes = 0;

  /**
   * @param path of the first file; a number is put behind that of each other one.
   * @param fileBytes after so many a file ends with its record.
   */
  constructor(path: string, head: string, fileBytes: number) {
    this.#path = path;
    this.#head = head;
    this.#fileBytes = fileBytes;
  }

  /** Writes what follows; the last `openBytes` of it belong to a record that has not ended. */
  async write(bytes: Uint8Array, openBytes: number): Promise<void> {
    const ended = bytes.length - openBytes;
    const isFull = this.#bytes + bytes.length > this.#fileBytes && ended >= 0;
    if (!isFull) return await this.#append(bytes);
    await this.#append(bytes.subarray(0, ended));
    await this.close();
    if (openBytes > 0) await this.#append(bytes.subarray(ended));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#file ??= await this.#next();
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }

  async #next(): Promise<FileHandle> {
    const { length } = this.#paths;
    const path = length === 0 ? this.#path : `${this.#path}.${length}`;
    const file = await open(path, 'wx');
    this.#paths.push(path);
    await file.writeFile(this.#head);
    return file;
  }

  /** The paths, in their order; at least one. */
  async finish(): Promise<readonly string[]> {
    if (this.#paths.length === 0) await this.#append(new Uint8Array());
    return this.#paths;
  }

  /** Closes the file that is open. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#bytes = 0;
  }
}
