import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ServiceUnavailableError, ThrottledError } from '#core/errors.ts';
import { connectProblem } from './postgres-errors.ts';
import { type LoginDeps, type PostgresLogin, postgresLogin } from './postgres-login.ts';

/** A connection that is open. */
export type PostgresClient = Client;

/** A server in the same network answers within milliseconds, one that starts within seconds. */
const CONNECT_MILLISECONDS = 10_000;

/** Tries to connect, and how long to wait between them; twice as long each time. */
const TRIES = { most: 4, waitMilliseconds: 500 } as const;

/**
 * What each session is set to. Texts and times have one form, whatever role and database preset. No
 * name is looked up but in the catalogue, so that nobody's function comes in between. And a
 * function that Lambda ended or froze answers no probe: its transaction is undone after a minute,
 * rather than after the two hours of an operating system, for which its next try would wait.
 */
const SESSION = `
  SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;
  SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET intervalstyle = 'iso_8601';
  SET extra_float_digits = 1; SET search_path = pg_catalog;
  SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 4;
`;

async function connect(login: PostgresLogin, name: string): Promise<PostgresClient> {
  const { tls, ...where } = login;
  const client = new Client({
    ...where,
    // The name of the server must be that of its certificate.
    ssl: tls && { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) },
    application_name: 'sparse-fanout',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    keepAlive: true,
  });
  // A connection that is lost fails the query under way; without one nobody would catch it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(SESSION);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectProblem(error, name);
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ServiceUnavailableError || error instanceof ThrottledError;
}

async function connectPatiently(
  login: PostgresLogin,
  name: string,
  signal: AbortSignal,
): Promise<PostgresClient> {
  let wait: number = TRIES.waitMilliseconds;
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted();
    try {
      return await connect(login, name);
    } catch (error) {
      if (tried === TRIES.most || !isPassing(error)) throw error;
    }
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal });
    wait *= 2;
  }
}

/**
 * Opens a connection, works with it, and closes it. An abort breaks it, so that whatever is under
 * way is undone.
 *
 * @param name of the connection, for messages.
 * @throws {AccessDeniedError} the server refuses the login.
 * @throws {DatabaseError} TLS is refused, the database is full or read-only.
 * @throws {ServiceUnavailableError} the server cannot be reached, four times.
 * @throws {ThrottledError} the server has no free connection, four times.
 */
export async function withLogin<T>(
  login: PostgresLogin,
  name: string,
  signal: AbortSignal,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const client = await connectPatiently(login, name, signal);
  const { stream } = client.connection;
  const cut = () => stream.destroy(new Error('given up'));
  signal.addEventListener('abort', cut);
  try {
    return await work(client);
  } finally {
    signal.removeEventListener('abort', cut);
    await client.end().catch(() => undefined);
  }
}

/**
 * The same with a connection of the deployment, by its name.
 *
 * @throws {RequestError} the deployment has no connection of this name.
 * @throws {AccessDeniedError} the secret may not be read.
 * @throws as {@link withLogin}.
 */
export async function withPostgres<T>(
  deps: LoginDeps,
  name: string,
  signal: AbortSignal,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  return await withLogin(await postgresLogin(deps, name, signal), name, signal, work);
}
