import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Engine,
  EngineError,
  type KeyedSelect,
  overInput,
  overKeys,
  type TableFile,
  type WrittenFile,
} from '@sparse-fanout/engine';
import { BoundExceededError, TransformError } from '#core/errors.ts';
import { functionsProblem } from './own-functions.ts';
import { tableFileOf, VALUES } from './table-file.ts';

/** Rows that a transform gets, and what is made of them. */
export interface TransformOptions {
  readonly engine: Engine;
  /** The engine's own. */
  readonly directory: string;
  /** SELECT of the rows in their order. */
  readonly input: string;
  /** How many they are. */
  readonly rows: number;
  /** A SELECT over `input` that was checked. */
  readonly sql: string;
  /** Where it makes rows per key. */
  readonly keyed?: Pick<KeyedSelect, 'orderBy' | 'columns'>;
  /** The file to write, in the directory. */
  readonly file: TableFile;
  readonly signal?: AbortSignal;
}

/** Whether the transform fails within the first rows. */
async function failsWithin(rows: number, options: TransformOptions): Promise<boolean> {
  const { engine, directory, input, sql, signal } = options;
  const path = join(directory, 'probe.parquet');
  const text = overInput(`SELECT * FROM (${input}) LIMIT ${rows}`, sql);
  const file = tableFileOf(VALUES, { path, rowGroupRows: 2048, columns: 1 });
  try {
    await engine.writeSelect({ text }, file, signal && { signal });
    return false;
  } catch (error) {
    if (error instanceof EngineError) return true;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

/** Ordinal of the first row at which the transform fails: by halves. */
async function failingRow(options: TransformOptions): Promise<number> {
  let sound = 0;
  let failing = options.rows;
  while (failing - sound > 1) {
    const middle = Math.floor((sound + failing) / 2);
    if (await failsWithin(middle, options)) failing = middle;
    else sound = middle;
  }
  return sound;
}

async function problemOf(error: EngineError, options: TransformOptions): Promise<Error> {
  if (error.kind === 'memory' || error.kind === 'disk') {
    return new BoundExceededError(
      `transform.sql needs more ${error.kind} than a writer has; ask for fewer or shorter values, or for smaller files`,
      { cause: error },
    );
  }
  if (error.kind === 'contract') return functionsProblem(error);
  if (options.keyed !== undefined) {
    return new TransformError(`transform.sql fails for the rows of some keys: ${error.message}`, {
      cause: error,
    });
  }
  const row = await failingRow(options);
  return new TransformError(
    `transform.sql fails at row ${row} of those that the file gets (the first is row 0): ${error.message}`,
    { cause: error },
  );
}

/**
 * Makes of rows what a transform makes of them, in their order, or in that of the transform.
 *
 * @throws {TransformError} it fails; names the row, but where a function does not end, or rows are
 * made per key.
 * @throws {BoundExceededError} it needs more memory or disk than there is.
 */
export async function transformRows(options: TransformOptions): Promise<WrittenFile> {
  const { engine, input, sql, keyed, file, signal } = options;
  const text =
    keyed === undefined ? overInput(input, sql) : overKeys(input, { ...keyed, text: sql });
  try {
    return await engine.writeSelect({ text }, file, signal && { signal });
  } catch (error) {
    throw error instanceof EngineError ? await problemOf(error, options) : error;
  }
}
