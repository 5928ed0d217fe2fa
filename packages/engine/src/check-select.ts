import type { DuckDBConnection } from '@duckdb/node-api';
import { EngineError } from './engine-error.ts';

/**
 * Functions that may stand in FROM. Of the others some change the engine's settings although they
 * are locked (`enable_logging`, `enable_profiling`), or run a text as a statement (`query`).
 */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  ...['read_csv', 'read_json', 'read_json_objects', 'read_ndjson', 'read_ndjson_objects'],
  ...['read_parquet', 'read_text', 'read_blob', 'glob', 'duckdb_functions'],
  ...['parquet_metadata', 'parquet_file_metadata', 'parquet_kv_metadata', 'parquet_schema'],
  ...['range', 'generate_series', 'unnest', 'json_each'],
]);

/** Leaves out what says nothing, so that the tree of 10,000 columns stays small. */
const SERIALIZE = `SELECT json_serialize_sql($1::VARCHAR,
  skip_null := true, skip_empty := true, skip_default := true)`;

interface Tree {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/** Each object in a tree of JSON, however deep it lies. */
function* objectsIn(root: unknown): Generator<Readonly<Record<string, unknown>>> {
  const waiting: unknown[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) yield next as Readonly<Record<string, unknown>>;
    for (const value of Object.values(next)) if (typeof value === 'object') waiting.push(value);
  }
}

function tableFunctionsIn(tree: Tree): string[] {
  return [...objectsIn(tree)]
    .filter(({ type }) => type === 'TABLE_FUNCTION')
    .map(({ function: call }) => String(Object(call)['function_name']).toLowerCase());
}

/**
 * Lets one SELECT through, and nothing else.
 *
 * @throws {EngineError} `syntax`: the text is not exactly one SELECT; `refused`: it calls a table
 *   function that is not allowed.
 */
export async function checkSelect(connection: DuckDBConnection, text: string): Promise<void> {
  if (text.includes('\0')) throw new EngineError('syntax', 'a statement holds a NUL character');
  const reader = await connection.runAndReadAll(SERIALIZE, [text]);
  const tree = JSON.parse(String(reader.getRows()[0]?.[0])) as Tree;
  if (tree.error) throw new EngineError('syntax', tree.error_message ?? 'not a SELECT');
  if (tree.statements?.length !== 1) throw new EngineError('syntax', 'a text is not one SELECT');
  const foreign = tableFunctionsIn(tree).find((name) => !TABLE_FUNCTIONS.has(name));
  if (foreign === undefined) return;
  throw new EngineError('refused', `${foreign}() cannot be read from here`);
}
