import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBScalarFunction,
  DuckDBVector,
} from '@duckdb/node-api';
import { duckdb } from '#engine/duckdb.ts';
import { EngineError } from '#engine/engine-error.ts';
import { objectsIn, parseSelect } from '#engine/syntax-tree.ts';
import type { FunctionModule } from './function-module.ts';
import { FunctionRealm, type OwnFunction } from './function-realm.ts';
import { KeptCalls } from './kept-calls.ts';
import type { FunctionValue } from './value-types.ts';

/** How functions of one's own are called. */
export interface OwnOptions {
  /** Keeps the first calls for {@link OwnFunctions.prove}. */
  readonly keepsCalls?: boolean;
  /** Milliseconds that a function may take for some 2,000 rows. @default 10,000 */
  readonly callMs?: number;
}

/** What the engine says of a statement in which a function failed; why is said by the failure. */
const FAILED = 'a function of a module failed';

/** Bytes of a text in a vector, which begin with its length. */
const TEXT_BYTES = 16;

/** A byte order mark, which the binding takes off the begin of a text. */
const MARK = '\u{feff}';

function restoreMarks(values: FunctionValue[], view: DataView): void {
  for (const [row, value] of values.entries()) {
    if (typeof value !== 'string') continue;
    const bytes = view.getUint32(row * TEXT_BYTES, true);
    if (bytes === value.length) continue;
    if (bytes === Buffer.byteLength(value) + Buffer.byteLength(MARK)) values[row] = MARK + value;
  }
}

function valuesOf(chunk: DuckDBDataChunk, column: number): FunctionValue[] {
  const vector = chunk.getColumnVector(column);
  const rows = chunk.rowCount;
  const values: FunctionValue[] = new Array(rows);
  for (let row = 0; row < rows; row += 1) {
    values[row] = vector.getItem(row) as FunctionValue;
  }
  if (vector instanceof duckdb.DuckDBVarCharVector) restoreMarks(values, vector['dataView']);
  return values;
}

function fill(vector: DuckDBVector, answers: readonly FunctionValue[]): void {
  for (let row = 0; row < answers.length; row += 1) vector.setItem(row, answers[row]!);
  vector.flush();
}

/** Functions of one's own, as an engine calls them. */
export class OwnFunctions {
  /** In lower case. */
  readonly names: ReadonlySet<string>;
  readonly #module: FunctionModule;
  readonly #realm: FunctionRealm;
  readonly #kept: KeptCalls | undefined;
  readonly #callMs: number | undefined;
  #failure: unknown;

  /** @throws {EngineError} `contract`: the module is not of the form that it must have. */
  constructor(module: FunctionModule, { keepsCalls = false, callMs }: OwnOptions) {
    this.#module = module;
    this.#callMs = callMs;
    this.#realm = new FunctionRealm(module, callMs);
    this.#kept = keepsCalls ? new KeptCalls() : undefined;
    this.names = new Set(this.#realm.functions.map(({ name }) => name));
  }

  #isBroken(): boolean {
    return this.#failure instanceof EngineError && this.#failure.kind === 'contract';
  }

  #callable({ name, parameters, returns }: OwnFunction, at: number): DuckDBScalarFunction {
    return duckdb.DuckDBScalarFunction.create({
      name,
      parameterTypes: parameters.map((each) => each.type()),
      returnType: returns.type(),
      // Else the engine answers NULL itself where all arguments of a chunk are NULL.
      specialHandling: true,
      mainFunction: (info, chunk, output) => {
        // One that breaks the contract ends the statement; its other rows wait for nothing.
        if (this.#isBroken()) return info.setError(FAILED);
        try {
          const columns = parameters.map((_, column) => valuesOf(chunk, column));
          const answers = this.#realm.call(at, columns, chunk.rowCount);
          this.#kept?.keep({ at, columns, answers });
          fill(output, answers);
        } catch (error) {
          this.#failure = error;
          info.setError(FAILED);
        }
      },
    });
  }

  /** @throws {EngineError} `contract`: a name has another meaning in SQL. */
  async #assertFree(connection: DuckDBConnection): Promise<void> {
    const known = await connection.runAndReadAll(
      'SELECT DISTINCT lower(function_name) FROM duckdb_functions()',
    );
    const taken = new Set(known.getRows().map(([name]) => name));
    for (const name of this.names) {
      const tree = await parseSelect(connection, `SELECT ${name}(a)`).catch(() => undefined);
      const isCall = [...objectsIn(tree)].some(
        (each) => each['class'] === 'FUNCTION' && each['function_name'] === name,
      );
      if (isCall && !taken.has(name)) continue;
      throw new EngineError(
        'contract',
        `exports ${name}, which means something else in SQL already; give it another name`,
      );
    }
  }

  /** Makes the functions callable. */
  async register(connection: DuckDBConnection): Promise<void> {
    await this.#assertFree(connection);
    for (const [at, each] of this.#realm.functions.entries()) {
      connection.registerScalarFunction(this.#callable(each, at));
    }
  }

  /**
   * Runs a statement that may call the functions. Their error is the statement's; one that breaks
   * their contract is that also where SQL made NULL of it.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#failure = undefined;
    try {
      const result = await work();
      if (this.#isBroken()) throw this.#failure;
      return result;
    } catch (error) {
      const isOurs = this.#failure !== undefined && String(error).includes(FAILED);
      throw this.#isBroken() || isOurs ? this.#failure : error;
    }
  }

  /**
   * Makes the calls that were kept again, the last first: in their own realm, and in a new one.
   *
   * @throws {EngineError} `contract`: one is answered differently.
   */
  prove(): void {
    this.#kept?.repeatIn(this.#realm);
    this.#kept?.repeatIn(new FunctionRealm(this.#module, this.#callMs));
  }
}
