/** DuckDB's own version, without loading it: other versions may write other bytes. */
const ENGINE_VERSION = 'duckdb-1.5.6';

/** Name and version of the engine: part of what decides the bytes of an output. */
export function engineVersion(): string {
  return ENGINE_VERSION;
}
