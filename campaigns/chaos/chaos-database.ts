import { setTimeout as sleep } from 'node:timers/promises';
import { databaseProblems } from '#cli/verify/database-problems.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { type LoadTarget, qualified } from '#core/tables/postgres/load-target.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import { LastingSession } from '#support/postgres/lasting-session.ts';
import { loginOf } from '#support/postgres/login-deps.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { MADE_SCHEMA } from '#support/tables/made-table.ts';

/** The name of its connection. */
export const CONNECTION = 'main';

/** How often is looked for a connection that works on a table, and for how long. */
const LOOKS = { everyMilliseconds: 4, count: 500 } as const;

/** Another run may restart the server under a question. */
const TRIES = 5;

async function again<T>(ask: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tried === TRIES) throw error;
    }
  }
}

/** The server that some runs load their rows into, and what tests of faults do to it. */
export class ChaosDatabase {
  readonly #server: PostgresServer;
  /** Looks for connections that are cut. */
  readonly #cutter: LastingSession;
  /** Restarts follow each other. */
  #restarted: Promise<void> = Promise.resolve();

  private constructor(server: PostgresServer) {
    this.#server = server;
    this.#cutter = new LastingSession(server.url);
  }

  static async start(): Promise<ChaosDatabase> {
    return new ChaosDatabase(await PostgresServer.start());
  }

  /** As `postgresContext` and `postgresSecrets` take them. */
  get databases() {
    const secret = JSON.stringify(loginOf(this.#server));
    return { [CONNECTION]: { secret, tls: false } };
  }

  /** Ends the server at once and starts it again. */
  async restart(): Promise<void> {
    this.#restarted = this.#restarted.then(async () => {
      await this.#server.stop();
      await this.#server.resume();
    });
    await this.#restarted;
  }

  /**
   * Cuts the first connection that works on a table.
   *
   * @returns whether there was one
   */
  async cut(table: string): Promise<boolean> {
    for (let look = 0; look < LOOKS.count; look += 1) {
      const cut = await this.#cutter
        .query(
          `SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity
         WHERE application_name = 'sparse-fanout' AND state <> 'idle' AND strpos(query, $1) > 0
         LIMIT 1`,
          [table],
        )
        .catch(() => []);
      if (cut.length > 0) return true;
      await sleep(LOOKS.everyMilliseconds);
    }
    return false;
  }

  /** The rows of a made-up table by their ids: each as a list of JSON. */
  async lines({ schema, table }: LoadTarget): Promise<readonly string[]> {
    const texts = Object.keys(MADE_SCHEMA).map((name) => `${identifier(name)}::text`);
    const name = qualified(schema, table);
    const text = `SELECT ${texts.join(', ')} FROM ${name} ORDER BY ${name}.id`;
    const rows = await this.#ask(() => this.#server.query(text));
    return rows.map((row) => `${JSON.stringify(Object.values(row))}\n`);
  }

  /** Where the ledger beside a table differs from a manifest. */
  async problems(manifest: Manifest): Promise<readonly string[]> {
    const { signal } = new AbortController();
    return await this.#ask(() => databaseProblems({ manifest }, this.databases, signal));
  }

  async close(): Promise<void> {
    await this.#cutter.close();
    await this.#server.close();
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    return await again(async () => {
      await this.#restarted;
      return await question();
    });
  }
}
