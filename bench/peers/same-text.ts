import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { RowRange } from '#core/contract.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

/** A file, or the parts below a folder in the order of their names. */
async function filesOf(out: string): Promise<string[]> {
  if (!(await stat(out)).isDirectory()) return [out];
  const names = await readdir(out);
  return names
    .filter((name) => name.startsWith('part-'))
    .sort()
    .map((name) => path.join(out, name));
}

async function* readText(out: string, gzip: boolean): AsyncGenerator<Buffer> {
  for (const file of await filesOf(out)) {
    const stored = createReadStream(file, { highWaterMark: 1024 * 1024 });
    yield* gzip ? stored.pipe(createGunzip()) : stored;
  }
}

/** Gives the bytes of the text in the lengths that are asked for. */
class TextReader {
  readonly #parts: AsyncGenerator<Buffer>;
  #part: Buffer = Buffer.alloc(0);

  constructor(parts: AsyncGenerator<Buffer>) {
    this.#parts = parts;
  }

  /** Whether the next bytes are these. */
  async continuesWith(expected: Uint8Array): Promise<boolean> {
    let at = 0;
    while (at < expected.length) {
      if (this.#part.length === 0 && (await this.ended())) return false;
      const length = Math.min(this.#part.length, expected.length - at);
      if (this.#part.compare(expected, at, at + length, 0, length) !== 0) return false;
      this.#part = this.#part.subarray(length);
      at += length;
    }
    return true;
  }

  async ended(): Promise<boolean> {
    while (this.#part.length === 0) {
      const step = await this.#parts.next();
      if (step.done === true) return true;
      this.#part = step.value;
    }
    return false;
  }
}

/** Number of bytes that the text of the rows has. */
export async function textBytes(matrix: Matrix, rows: RowRange): Promise<number> {
  let bytes = 0;
  for await (const part of encodedBytes(matrix, { index: 0, ...rows }, PLAIN_CSV))
    bytes += part.length;
  return bytes;
}

/**
 * Whether a peer wrote the text of the rows, byte for byte, as a file or as parts below a folder.
 */
export async function isTextOf(
  { out, gzip }: { readonly out: string; readonly gzip: boolean },
  matrix: Matrix,
  rows: RowRange,
): Promise<boolean> {
  const written = new TextReader(readText(out, gzip));
  for await (const part of encodedBytes(matrix, { index: 0, ...rows }, PLAIN_CSV)) {
    if (!(await written.continuesWith(part))) return false;
  }
  return written.ended();
}
