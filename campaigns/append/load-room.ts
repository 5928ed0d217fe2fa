import { PutObjectCommand } from '@aws-sdk/client-s3';
import { readText } from '#aws/objects.ts';
import { databaseProblems } from '#cli/verify/database-problems.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { loadSteps } from '#support/load-steps.ts';
import type { Clients, LocalServices } from '#support/local-services.ts';
import { startLocalServices } from '#support/local-services.ts';
import { loginOf, type ServedLogins, serveLogins } from '#support/postgres/login-deps.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { StatementProxy } from '#support/postgres/statement-proxy.ts';

/** How batches that follow the first go into a table. */
export interface LoadKind {
  readonly name: string;
  readonly mode: 'append' | 'overwrite';
  /** Whether rows that are added are seen only once all are in. */
  readonly isHidden: boolean;
}

export const LOAD_KINDS: readonly LoadKind[] = [
  { name: 'direct', mode: 'append', isHidden: false },
  { name: 'hidden', mode: 'append', isHidden: true },
  { name: 'overwrite', mode: 'overwrite', isHidden: true },
];

/** Rows of each batch, which become two chunks. */
const ROWS = 6;
const CHUNK_ROWS = 4;

function fail(problem: string): never {
  throw new Error(problem);
}

/** Ids of the chunks of a batch. */
export function chunksOf(batch: number): readonly (readonly number[])[] {
  const ids = Array.from({ length: ROWS }, (_, row) => batch * ROWS + row);
  return [ids.slice(0, CHUNK_ROWS), ids.slice(CHUNK_ROWS)];
}

/** A PostgreSQL, which one process reaches through a proxy, and all that steps need besides. */
export class LoadRoom {
  readonly services: LocalServices;
  readonly proxy: StatementProxy;
  readonly #server: PostgresServer;
  readonly #direct: ServedLogins;
  readonly #throughProxy: ServedLogins;

  private constructor(
    services: LocalServices,
    { server, proxy }: { readonly server: PostgresServer; readonly proxy: StatementProxy },
    logins: readonly [ServedLogins, ServedLogins],
  ) {
    this.services = services;
    this.proxy = proxy;
    this.#server = server;
    [this.#direct, this.#throughProxy] = logins;
  }

  static async open(): Promise<LoadRoom> {
    const [services, server] = await Promise.all([startLocalServices(), PostgresServer.start()]);
    const proxy = await StatementProxy.start(server);
    const secret = loginOf(server);
    const near = { main: { secret: { ...secret, port: proxy.port } } };
    const logins = await Promise.all([serveLogins({ main: { secret } }), serveLogins(near)]);
    return new LoadRoom(services, { server, proxy }, logins);
  }

  async close(): Promise<void> {
    await Promise.all([this.#direct.close(), this.#throughProxy.close()]);
    await this.proxy.close();
    await Promise.all([this.services.close(), this.#server.close()]);
  }

  /** The request that loads a batch, counted from 0, into a table. */
  async request(table: string, batch: number, { mode, isHidden }: LoadKind): Promise<object> {
    const { bucket, s3 } = this.services;
    const Key = `loads/batch-${batch}.csv`;
    const lines = chunksOf(batch)
      .flat()
      .map((id) => `${id},"row ${id}"\n`);
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: `id,name\n${lines.join('')}` }),
    );
    const append = mode === 'append' && isHidden && batch > 0 && { append: 'hidden' };
    return {
      source: `s3://${bucket}/${Key}`,
      ...{ schema: { id: 'bigint', name: 'text' }, chunking: { rows: CHUNK_ROWS } },
      output: {
        ...{ uri: `s3://${bucket}/${table}/`, mode: batch === 0 ? 'create' : mode },
        postgres: { connection: 'main', table, ...append },
      },
    };
  }

  /** Runs a request by clients of their own; those of a process that may die go by the proxy. */
  async run(request: object, clients: Clients | undefined = undefined) {
    const logins = clients === undefined ? this.#direct : this.#throughProxy;
    return await loadSteps(clients ?? this.services.connect(), this.services, logins, request);
  }

  /** What readers of a table find, in order; undefined where there is none. */
  async ids(table: string): Promise<readonly number[] | undefined> {
    const [there] = await this.#server.query('SELECT to_regclass($1) AS name', [table]);
    if (there?.['name'] == null) return undefined;
    const rows = await this.#server.query(`SELECT id::int, name FROM ${table} ORDER BY id`);
    for (const { id, name } of rows) if (name !== `row ${id}`) fail(`row ${id} has name ${name}`);
    return rows.map(({ id }) => Number(id));
  }

  /** Tables that lie beside one, by what stands behind its name. */
  async beside(table: string): Promise<readonly string[]> {
    const found = await this.#server.query(
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND starts_with(relname, $1) ORDER BY 1",
      [`${table}__`],
    );
    return found.map(({ relname }) =>
      String(relname)
        .slice(table.length)
        .replace(/[0-9a-f]+$/, ''),
    );
  }

  /** Where the ledger beside a table differs from the latest manifest of its output. */
  async problems(table: string): Promise<readonly string[]> {
    const { signal } = new AbortController();
    const { bucket, s3 } = this.services;
    const text = await readText(s3, bucket, manifestKey(`${table}/`), signal);
    const secret = JSON.stringify(loginOf(this.#server));
    const manifest = parseManifest(text ?? fail(`${table} has no manifest`));
    return await databaseProblems({ manifest }, { main: { secret, tls: false } }, signal);
  }
}
