import { mkdir, rm, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { checkSelect } from './check-select.ts';
import { checkKeyed, checkTransform, emptyInput, overInput, overKeys } from './check-transform.ts';
import { EngineError, toEngineError } from './engine-error.ts';
import type { FunctionModule } from './functions/function-module.ts';
import { OwnFunctions, type OwnOptions } from './functions/own-functions.ts';
import { interruptible } from './interruptible.ts';
import { type EngineOptions, openDuckDb } from './open-duckdb.ts';
import { identifier } from './quote.ts';
import { groupingSets, parseSelect } from './syntax-tree.ts';
import { copyStatement, type TableFile } from './table-file.ts';

export { type KeyedSelect, overInput, overKeys } from './check-transform.ts';
export { EngineError, type EngineErrorKind } from './engine-error.ts';
export type { FunctionModule, FunctionModules } from './functions/function-module.ts';
export type { EngineOptions } from './open-duckdb.ts';
export type { CsvFile, JsonLinesFile, ParquetFile, TableFile } from './table-file.ts';

/** A SELECT, and the values of its `$1`, `$2` and so on. */
export interface Select {
  readonly text: string;
  readonly values?: readonly DuckDBValue[];
}

/** A SELECT over rows that have these columns, as `input`. */
export interface Transform {
  readonly text: string;
  /** Types as the engine spells them. */
  readonly input: readonly Column[];
}

/** The same over rows of which all of some keys are there. */
export interface KeyedTransform extends Transform {
  /** Columns of the key. */
  readonly keys: readonly string[];
}

/** What a SELECT per key gives. */
export interface KeyedColumns {
  readonly columns: readonly Column[];
  readonly orderBy: string;
}

/** A row of a result, by the names of its columns. */
export type Row = Readonly<Record<string, DuckDBValue>>;

/** A column of a SELECT. */
export interface Column {
  readonly name: string;
  /** As SQL writes it, such as `DECIMAL(12,2)`. */
  readonly type: string;
}

/** A file that was written. */
export interface WrittenFile {
  readonly rows: number;
  readonly bytes: number;
}

/** Rows that the engine keeps. */
export type KeptRows = Pick<WrittenFile, 'rows'>;

/** What a statement may be given. */
export interface RunOptions {
  /** Ends the statement; it then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * DuckDB, locked down. Nothing else knows it. One statement runs at a time. Each method throws an
 * {@link EngineError}, or the reason of its signal.
 */
export interface Engine {
  /**
   * Runs a SELECT and gives all of its rows: for small results. The path of a file to read is a
   * pattern for DuckDB: no name that the engine reads may hold `*`, `?` or `[`.
   */
  runSelect(select: Select, options?: RunOptions): Promise<readonly Row[]>;
  /** The columns that a SELECT would give. Reads no rows, but it opens the files that are named. */
  describe(select: Select, options?: RunOptions): Promise<readonly Column[]>;
  /**
   * Writes the rows of a SELECT, in their order, into a new file in the engine's directory. The
   * bytes follow from the files that are read, the SELECT, the form of the file and the version of
   * the engine: not from memory, nor from the file's name. Rows without an `ORDER BY` keep the
   * order of their source; an `ORDER BY` must be total. What was written before an error is
   * removed.
   */
  writeSelect(select: Select, file: TableFile, options?: RunOptions): Promise<WrittenFile>;
  /**
   * Keeps the rows of a SELECT, in their order, as a table that later SELECTs may name, until the
   * engine is closed. What does not fit its memory spills into its directory.
   */
  keepSelect(select: Select, name: string, options?: RunOptions): Promise<KeptRows>;
  /**
   * The columns that a SELECT over `input` would give. It may make of each row of `input` one row
   * or none, by functions of that row alone; anything else is refused.
   */
  describeTransform(transform: Transform): Promise<readonly Column[]>;
  /**
   * The columns that a SELECT over `input` would give, which has all rows of some keys, and what
   * makes its order total, for `overKeys`. Rows may come together per key; anything else is
   * refused.
   */
  describeKeyed(transform: KeyedTransform): Promise<KeyedColumns>;
  /**
   * Makes the functions of a module callable in all SELECTs from then on; once.
   *
   * Memory: with `keepsCalls` that of 200,000 rows and 32 MiB of text.
   *
   * @throws {EngineError} `contract`: they do not have the form that they must have.
   */
  addFunctions(module: FunctionModule, options?: OwnOptions): Promise<void>;
  /**
   * Calls functions again as they were called so far, in another order.
   *
   * @throws {EngineError} `contract`: one answers differently.
   */
  proveFunctions(): void;
  /** Gives back memory and files. No statement may be running. */
  close(): void;
}

async function describe(connection: DuckDBConnection, select: Select): Promise<Column[]> {
  const text = `DESCRIBE (${select.text}\n)`;
  const reader = await connection.runAndReadAll(text, [...(select.values ?? [])]);
  return reader.getRowObjects().map(({ column_name, column_type }) => ({
    name: String(column_name),
    type: String(column_type),
  }));
}

async function describeKeyed(
  connection: DuckDBConnection,
  { text, input, keys }: KeyedTransform,
  functions: ReadonlySet<string>,
): Promise<KeyedColumns> {
  const names = { columns: input.map(({ name }) => name), keys, functions };
  const tree = await parseSelect(connection, text);
  const orderOf = checkKeyed(tree, {
    ...names,
    groupingSets: await groupingSets(connection, text),
  });
  const empty = emptyInput(input);
  const columns = await describe(connection, { text: overInput(empty, text) });
  const orderBy = orderOf(columns.length);
  const ordered = { text, orderBy, columns: columns.map(({ name }) => name) };
  const found = await describe(connection, { text: overKeys(empty, ordered) });
  if (JSON.stringify(found) === JSON.stringify(columns)) return { columns, orderBy };
  throw new EngineError('refused', 'names input as a value; name its columns');
}

/** Before anything is written there, or removed. */
function assertInside(path: string, directory: string): void {
  if (normalize(path) === path && path.startsWith(join(directory, '/'))) return;
  throw new EngineError('refused', 'a file is written only into the directory of the engine');
}

async function write(
  connection: DuckDBConnection,
  select: Select,
  file: TableFile,
): Promise<WrittenFile> {
  const statement = copyStatement(select.text, file);
  try {
    const reader = await connection.runAndReadAll(statement, [...(select.values ?? [])]);
    const rows = Number(reader.getRowObjects()[0]?.['Count']);
    const { size: bytes } = await stat(file.path);
    return { rows, bytes };
  } catch (error) {
    await rm(file.path, { force: true });
    throw error;
  }
}

async function keep(connection: DuckDBConnection, select: Select, name: string): Promise<KeptRows> {
  // A line of its own, because the SELECT may end in a comment.
  const statement = `CREATE TEMP TABLE ${identifier(name)} AS (${select.text}\n)`;
  const reader = await connection.runAndReadAll(statement, [...(select.values ?? [])]);
  return { rows: Number(reader.getRowObjects()[0]?.['Count']) };
}

/** Opens an engine over nothing but its directory, which is made if need be. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { directory } = options;
  await mkdir(directory, { recursive: true });
  const { instance, connection } = await openDuckDb(options);
  let own: OwnFunctions | undefined;
  /** Checks a SELECT, and does with it what was asked for. */
  async function using<T>(select: Select, run: RunOptions, work: () => Promise<T>): Promise<T> {
    return await interruptible(connection, run.signal, async () => {
      try {
        await checkSelect(connection, select.text);
        return await (own === undefined ? work() : own.during(work));
      } catch (error) {
        throw toEngineError(error, directory);
      }
    });
  }
  return {
    runSelect: (select, run = {}) =>
      using(select, run, async () => {
        const reader = await connection.runAndReadAll(select.text, [...(select.values ?? [])]);
        return reader.getRowObjects();
      }),
    describe: (select, run = {}) => using(select, run, () => describe(connection, select)),
    describeTransform: ({ text, input }) =>
      using({ text }, {}, async () => {
        const columns = input.map(({ name }) => name);
        const tree = await parseSelect(connection, text);
        checkTransform(tree, { columns, functions: own?.names ?? new Set() });
        return await describe(connection, { text: overInput(emptyInput(input), text) });
      }),
    describeKeyed: (transform) =>
      using(transform, {}, () => describeKeyed(connection, transform, own?.names ?? new Set())),
    writeSelect: (select, file, run = {}) =>
      using(select, run, () => {
        assertInside(file.path, directory);
        return write(connection, select, file);
      }),
    keepSelect: (select, name, run = {}) =>
      using(select, run, () => keep(connection, select, name)),
    async addFunctions(module, given = {}) {
      own = new OwnFunctions(module, given);
      await own.register(connection);
    },
    proveFunctions: () => own?.prove(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
