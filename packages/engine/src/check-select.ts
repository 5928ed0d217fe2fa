import type { DuckDBConnection } from '@duckdb/node-api';
import { EngineError } from './engine-error.ts';
import { objectsIn, parseSelect, type SyntaxTree } from './syntax-tree.ts';

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

function tableFunctionsIn(tree: SyntaxTree): string[] {
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
  const tree = await parseSelect(connection, text);
  const foreign = tableFunctionsIn(tree).find((name) => !TABLE_FUNCTIONS.has(name));
  if (foreign === undefined) return;
  throw new EngineError('refused', `${foreign}() cannot be read from here`);
}
