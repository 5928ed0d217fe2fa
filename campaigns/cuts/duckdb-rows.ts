import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@sparse-fanout/engine';

const COLUMNS = ['id', 'text', 'number'].map((name) => `'${name}': 'VARCHAR'`).join(', ');

/**
 * DuckDB's own reading of CSV, which knows nothing of slices. With `parallel` it refuses the file:
 * it takes the end of a quoted field for the begin of a record.
 */
const OPTIONS = `header = false, delim = ',', quote = '"', escape = '"', columns = {${COLUMNS}}, parallel = false`;

/** The rows that DuckDB reads of files, one file after the other. */
export class DuckDbRows {
  readonly #engine: Engine;
  readonly #directory: string;
  readonly #hash = createHash('sha256');
  #rows = 0;

  /** @param directory that of the engine, where the files lie. */
  constructor(engine: Engine, directory: string) {
    this.#engine = engine;
    this.#directory = directory;
  }

  /** Adds the rows of a file behind those that are there. */
  async add(path: string): Promise<void> {
    const copy = join(this.#directory, 'rows.csv');
    const text = `SELECT * FROM read_csv('${path}', ${OPTIONS})`;
    const file = { path: copy, format: 'csv', compression: 'none' } as const;
    const form = { header: false, delimiter: ',' };
    const { rows } = await this.#engine.writeSelect({ text }, { ...file, ...form });
    this.#rows += rows;
    for await (const piece of createReadStream(copy)) this.#hash.update(piece);
    await rm(copy);
  }

  /** How many rows there were, and SHA-256 of them in their order. */
  result(): { readonly rows: number; readonly sha256: string } {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}
