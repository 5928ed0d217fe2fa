import type { Readable } from 'node:stream';
import type { QueryConfig } from 'pg';
import { to } from 'pg-copy-streams';
import type { DatabaseReader, ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import type { LoginDeps } from './postgres-login.ts';
import { readProblem } from './read-problem.ts';
import { type PostgresClient, withPostgres } from './with-postgres.ts';

/** Less than a function may run, so that the database says which statement it was. */
const STATEMENT_SECONDS = 600;

function beginSql(statementSeconds: number): string {
  return `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = '${statementSeconds}s'; SET LOCAL lock_timeout = '60s'`;
}

/** Every value is the text that the server prints. */
const TEXTS = { getTypeParser: () => (text: unknown) => text } as unknown as QueryConfig['types'];

/** In the extended protocol a text is one statement, or refused. */
function oneStatement(text: string) {
  const mode: object = { queryMode: 'extended' };
  return { ...mode, text, rowMode: 'array' as const, ...(TEXTS && { types: TEXTS }) };
}

/** Reads in the transaction of a client. */
class Reader implements DatabaseReader {
  readonly #client: PostgresClient;
  readonly #name: string;

  constructor(client: PostgresClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return (await this.#send(sql)).rows;
  }

  async columns(sql: string) {
    const { fields } = await this.#send(sql);
    return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      ...{ name, type: dataTypeID, modifier: dataTypeModifier },
    }));
  }

  async *copyOut(sql: string): AsyncGenerator<Uint8Array> {
    const rows: Readable = this.#client.query(to(sql));
    try {
      for await (const piece of rows) yield piece as Uint8Array;
    } catch (error) {
      throw readProblem(error, this.#name);
    }
  }

  async #send(sql: string) {
    try {
      return await this.#client.query<(string | null)[]>(oneStatement(sql));
    } catch (error) {
      throw readProblem(error, this.#name);
    }
  }
}

/**
 * Reads databases of the deployment, each time in one transaction that sees one state of the rows,
 * writes nothing, and ends a statement that takes too long.
 *
 * @param statementSeconds that a statement may take. @default ten minutes
 * @throws as {@link withPostgres}; {@link readProblem} names what a statement fails with.
 */
export function databaseReads(deps: LoginDeps, statementSeconds = STATEMENT_SECONDS): ReadDatabase {
  return async (name, signal, use) =>
    await withPostgres(deps, name, signal, async (client) => {
      await client.query(beginSql(statementSeconds));
      return await use(new Reader(client, name));
    });
}
