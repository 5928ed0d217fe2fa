import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadChunk, type SentChunk } from '#aws/postgres/load-chunk.ts';
import { queryProblem } from '#aws/postgres/postgres-errors.ts';
import { type LoadRun, prepareLoad } from '#aws/postgres/prepare-load.ts';
import { publishLoad } from '#aws/postgres/publish-load.ts';
import { type PostgresClient, withPostgres } from '#aws/postgres/with-postgres.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { loginOf, type ServedLogins, serveLogins } from './login-deps.ts';
import { PostgresServer } from './postgres-server.ts';

/** Rows of a chunk, if a test does not say. */
const CHUNK_ROWS = 1000;

/** Loads tables of columns `a` and `b"` as a role `loader`, beside which there is a `reader`. */
export class LoadRoom {
  readonly server: PostgresServer;
  readonly logins: ServedLogins;
  readonly #directory: string;
  #runs = 0;

  private constructor(server: PostgresServer, logins: ServedLogins, directory: string) {
    this.server = server;
    this.logins = logins;
    this.#directory = directory;
  }

  static async open(): Promise<LoadRoom> {
    const directory = await mkdtemp(join(tmpdir(), 'load-'));
    const server = await PostgresServer.start();
    await server.query(`CREATE ROLE loader LOGIN PASSWORD 'l'; CREATE ROLE reader;
      GRANT CREATE, USAGE ON SCHEMA public TO loader`);
    const secret = { ...loginOf(server), username: 'loader', password: 'l' };
    return new LoadRoom(server, await serveLogins({ main: { secret } }), directory);
  }

  async close(): Promise<void> {
    await this.logins.close();
    await this.server.close();
    await rm(this.#directory, { recursive: true });
  }

  /** A run that no other is. */
  runOf(table: string, mode: LoadRun['mode'] = 'create', isHidden = false): LoadRun {
    this.#runs += 1;
    return {
      runId: String(this.#runs).padStart(32, '0').split('').reverse().join(''),
      mode,
      isHidden,
      target: { connection: 'main', schema: 'public', table },
      columns: [
        { name: 'a', type: parseType('INTEGER'), lossy: false },
        { name: 'b"', type: parseType('VARCHAR'), lossy: false },
      ],
    };
  }

  /** Works as the role; what fails is named as steps name it. */
  async work<T>(task: (client: PostgresClient) => Promise<T>): Promise<T> {
    const { signal } = new AbortController();
    return await withPostgres(this.logins, 'main', signal, async (client) => {
      try {
        return await task(client);
      } catch (error) {
        throw queryProblem(error, 'main', 'load');
      }
    });
  }

  /** @param text of the chunk. @default `a` counts on from 1000 times the index */
  async chunkOf(index: number, rows = CHUNK_ROWS, text?: string): Promise<SentChunk> {
    const path = join(this.#directory, `${index}-${rows}.csv`);
    const lines = Array.from({ length: rows }, (_, row) => `${index * CHUNK_ROWS + row},"x"\n`);
    await writeFile(path, text ?? lines.join(''));
    return { index, path, rows, bytes: 1, crc32: '00000000' };
  }

  /** Loads a whole run. */
  async load(run: LoadRun, chunks: number): Promise<void> {
    await this.work((client) => prepareLoad(client, run));
    for (let index = 0; index < chunks; index += 1) {
      const chunk = await this.chunkOf(index);
      await this.work((client) => loadChunk(client, run, chunk));
    }
    const rows = CHUNK_ROWS * chunks;
    await this.work((client) => publishLoad(client, run, { chunks, rows }));
  }

  /** Rows of a table, and how many of them differ. */
  counted(table: string) {
    return this.server.query(
      `SELECT count(*)::int, count(DISTINCT a)::int AS different FROM "${table}"`,
    );
  }
}

/** How something failed. */
export async function failureOf(done: Promise<unknown>): Promise<string> {
  return await done.then(
    () => 'nothing failed',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
