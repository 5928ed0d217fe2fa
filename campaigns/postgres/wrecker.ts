import { setTimeout as sleep } from 'node:timers/promises';
import { LastingSession } from '#support/postgres/lasting-session.ts';
import type { PostgresServer } from '#support/postgres/postgres-server.ts';
import type { Random } from '#support/seeded-random.ts';

/** What was done to a server. */
export interface Wrecked {
  /** Connections that were cut within a COPY. */
  readonly cut: number;
  /** Ends and starts of the server, by SIGQUIT and SIGKILL. */
  readonly restarted: number;
}

/** Milliseconds between two deeds, at most. */
const PAUSE_MILLISECONDS = 1_500;

/** Looks every millisecond, for two seconds, for a COPY under way. A look sees a new state each. */
const CUT_COPY = `
  CREATE OR REPLACE FUNCTION cut_copy() RETURNS boolean LANGUAGE plpgsql AS $cut$
  DECLARE ending timestamptz := clock_timestamp() + interval '2 seconds'; copying int;
  BEGIN
    WHILE clock_timestamp() < ending LOOP
      PERFORM pg_stat_clear_snapshot();
      SELECT pid INTO copying FROM pg_stat_progress_copy WHERE tuples_processed > 0 LIMIT 1;
      IF copying IS NOT NULL THEN RETURN pg_terminate_backend(copying); END IF;
      PERFORM pg_sleep(0.001);
    END LOOP;
    RETURN false;
  END $cut$
`;

/**
 * Cuts connections within their COPY and restarts the server, at random, until it is aborted.
 *
 * @param restarts at most.
 */
export async function wreck(
  server: PostgresServer,
  random: Random,
  { restarts, signal }: { readonly restarts: number; readonly signal: AbortSignal },
): Promise<Wrecked> {
  let [cut, restarted] = [0, 0];
  await using session = new LastingSession(server.url);
  await session.query(CUT_COPY);
  while (!signal.aborted) {
    await sleep(random.integer(0, PAUSE_MILLISECONDS), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    if (restarted < restarts && random.chance(0.3)) {
      await (random.chance(0.5) ? server.kill() : server.stop());
      await server.resume();
      restarted += 1;
    } else {
      const [done] = await session.query('SELECT cut_copy() AS cut');
      if (done?.['cut'] === true) cut += 1;
    }
  }
  return { cut, restarted };
}
