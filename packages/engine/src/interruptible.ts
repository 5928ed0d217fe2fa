import type { DuckDBConnection } from '@duckdb/node-api';

/** Milliseconds: DuckDB forgets an interruption that comes before the statement has begun. */
const AGAIN = 20;

/**
 * Runs statements until the signal aborts. It ends only after DuckDB has let go of them.
 *
 * @throws the reason of the signal.
 */
export async function interruptible<T>(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return await run();
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), AGAIN);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const result = await run();
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  }
}
