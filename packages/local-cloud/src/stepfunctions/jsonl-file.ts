import { createReadStream } from 'node:fs';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A file of JSON values, one per line, that grows. */
export class JsonlFile {
  readonly path: string;
  #pending = '';
  #writing: Promise<void> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Adds a line and resolves once it is in the file. Lines added while another is written are
   * written together.
   */
  append(value: object): Promise<void> {
    this.#pending += `${JSON.stringify(value)}\n`;
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  /** Resolves once every line added so far is in the file. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Gives the lines of the file. A last line that a crash cut off is left out. */
  async *read(): AsyncGenerator<unknown> {
    await this.flush();
    for await (const line of createInterface({ input: createReadStream(this.path) })) {
      const value = parseWhole(line);
      if (value === undefined) return;
      yield value;
    }
  }

  /** Replaces the whole content in one step. */
  async replace(values: Iterable<object>): Promise<void> {
    await this.flush();
    const lines = [...values].map((value) => `${JSON.stringify(value)}\n`);
    await writeFile(`${this.path}.new`, lines.join(''));
    await rename(`${this.path}.new`, this.path);
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending !== '') {
        const text = this.#pending;
        this.#pending = '';
        await appendFile(this.path, text);
      }
    } finally {
      this.#writing = undefined;
    }
  }
}

function parseWhole(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
