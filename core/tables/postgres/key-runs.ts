import { BoundExceededError } from '#core/errors.ts';
import { packKeys } from '#core/tables/pack/pack-keys.ts';
import type { Key } from './key-range.ts';

/** Keys that are held at most; what is more is moved together. */
const MAX_RUNS = 100_000;

/** Bytes of a key, as JSON: a chunk names three, and a message of the workflow has 256 kB. */
const MAX_KEY_BYTES = 1024;

/** Keys that follow each other. */
interface KeyRun {
  readonly first: Key;
  readonly last: Key;
  readonly keys: number;
  readonly rows: number;
}

/** Keys of a chunk. */
export interface KeyChunk extends KeyRun {
  /** Keys before it. */
  readonly start: number;
  /** The first key behind it; absent for the last chunk. */
  readonly next?: Key;
}

function joined(a: KeyRun, b: KeyRun): KeyRun {
  return { first: a.first, last: b.last, keys: a.keys + b.keys, rows: a.rows + b.rows };
}

/**
 * Rows of all keys of a table, in their order. Keys of few rows that follow each other are moved
 * together when there are many, so that at most 100,000 are held, of 2 kB each.
 */
export class KeyRuns {
  keys = 0;
  rows = 0;
  /** The key with the most rows, the first of several. */
  largest: { readonly key: Key; readonly rows: number } | undefined;
  #runs: KeyRun[] = [];
  /** Rows up to which runs are moved together. */
  #together = 1;
  readonly #maxRuns: number;

  constructor(maxRuns = MAX_RUNS) {
    this.#maxRuns = maxRuns;
  }

  /** @throws {BoundExceededError} the key is too long. */
  add(key: Key, rows: number): void {
    const bytes = Buffer.byteLength(JSON.stringify(key));
    if (bytes > MAX_KEY_BYTES) {
      throw new BoundExceededError(
        `a key of the table has ${bytes} bytes, at most ${MAX_KEY_BYTES} are allowed; give another key in source.postgres.key`,
      );
    }
    if (this.largest === undefined || rows > this.largest.rows) this.largest = { key, rows };
    this.keys += 1;
    this.rows += rows;
    this.#push(this.#runs, { first: key, last: key, keys: 1, rows });
    while (this.#runs.length > this.#maxRuns) this.#moveTogether();
  }

  #push(runs: KeyRun[], run: KeyRun): void {
    const last = runs.at(-1);
    if (last === undefined || last.rows + run.rows > this.#together) runs.push(run);
    else runs[runs.length - 1] = joined(last, run);
  }

  #moveTogether(): void {
    this.#together *= 2;
    const runs: KeyRun[] = [];
    for (const run of this.#runs) this.#push(runs, run);
    this.#runs = runs;
  }

  /**
   * Packs the keys whole into chunks of about as many rows, see {@link packKeys}.
   *
   * @returns none where there are no keys.
   */
  chunks(target: number): readonly KeyChunk[] {
    const runs = this.#runs;
    const rows = runs.map((run) => run.rows);
    let before = 0;
    return packKeys(rows, target).map(({ start, end }) => {
      const run = runs.slice(start + 1, end).reduce(joined, runs[start]!);
      const next = runs[end]?.first;
      const chunk = { ...run, start: before, ...(next !== undefined && { next }) };
      before += run.keys;
      return chunk;
    });
  }
}
