import type { DuckDBConnection } from '@duckdb/node-api';
import { EngineError } from './engine-error.ts';

/** Leaves out what says nothing, so that the tree of 10,000 columns stays small. */
const SERIALIZE = `SELECT json_serialize_sql($1::VARCHAR,
  skip_null := true, skip_empty := true, skip_default := true)`;

/** One SELECT as DuckDB's own parser reads it. */
export interface SyntaxTree {
  readonly statements: readonly [unknown];
}

interface Serialized {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/** Each object in a tree of JSON, however deep it lies. */
export function* objectsIn(root: unknown): Generator<Readonly<Record<string, unknown>>> {
  const waiting: unknown[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) yield next as Readonly<Record<string, unknown>>;
    for (const value of Object.values(next)) if (typeof value === 'object') waiting.push(value);
  }
}

/**
 * Parses a text.
 *
 * @throws {EngineError} `syntax`: the text is not exactly one SELECT.
 */
export async function parseSelect(connection: DuckDBConnection, text: string): Promise<SyntaxTree> {
  if (text.includes('\0')) throw new EngineError('syntax', 'a statement holds a NUL character');
  const reader = await connection.runAndReadAll(SERIALIZE, [text]);
  const tree = JSON.parse(String(reader.getRows()[0]?.[0])) as Serialized;
  if (tree.error) throw new EngineError('syntax', tree.error_message ?? 'not a SELECT');
  const [statement, second] = tree.statements ?? [];
  if (statement === undefined || second !== undefined) {
    throw new EngineError('syntax', 'a text is not one SELECT');
  }
  return { statements: [statement] };
}

/** How many sets of columns a SELECT that was parsed groups by: none where it does not. */
export async function groupingSets(connection: DuckDBConnection, text: string): Promise<number> {
  // An empty set is one, too, and the usual tree lacks it.
  const whole = 'SELECT json_serialize_sql($1::VARCHAR)';
  const reader = await connection.runAndReadAll(whole, [text]);
  const { statements } = JSON.parse(String(reader.getRows()[0]?.[0])) as Serialized;
  const [node] = objectsIn(Object(statements?.[0])['node']);
  const sets = node?.['group_sets'];
  return Array.isArray(sets) ? sets.length : 0;
}
