import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CONNECTION_NAME } from '#core/contract.ts';

/** A server that a stack on this machine reaches. */
interface GivenDatabase {
  /** JSON of the secret, as RDS writes it. */
  readonly secret: string;
  /** Whether TLS is required. */
  readonly tls: boolean;
}

/** Servers by the names of their connections. */
export type GivenDatabases = Readonly<Record<string, GivenDatabase>>;

/** The option of commands that start a stack. */
export interface PostgresFlag {
  readonly postgres?: GivenDatabases;
}

const URL_FORM = /^postgres(?:ql)?:\/\//;
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);
const WITHOUT_TLS = new Set(['disable', 'allow', 'prefer']);

function textOf(given: string): string {
  if (URL_FORM.test(given)) return given;
  try {
    return readFileSync(given, 'utf8').trim();
  } catch {
    throw new InvalidArgumentError(
      'give a name and a URL, or a file that has it, such as main=postgres://user@localhost/db or main=url.txt',
    );
  }
}

/** TLS is left out only where the URL says so, or the server is on this machine. */
function needsTls({ hostname, searchParams }: URL): boolean {
  const mode = searchParams.get('sslmode');
  return mode === null ? !LOCAL.has(hostname) : !WITHOUT_TLS.has(mode);
}

/** @throws {InvalidArgumentError} it is no URL. The URL is not shown: it has a password. */
function databaseOf(text: string): GivenDatabase {
  const url = URL.parse(text);
  if (url === null || !URL_FORM.test(text) || url.hostname === '' || url.username === '') {
    throw new InvalidArgumentError(
      'the URL must be of the form postgres://user:password@host:port/database',
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const dbname = decodeURIComponent(url.pathname.slice(1));
  const secret = {
    host,
    ...(url.port !== '' && { port: Number(url.port) }),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(dbname !== '' && { dbname }),
  };
  return { secret: JSON.stringify(secret), tls: needsTls(url) };
}

/** @throws {InvalidArgumentError} it is no name and URL. */
function parseDatabase(text: string, before: GivenDatabases = {}): GivenDatabases {
  const [, name = '', given = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!CONNECTION_NAME.test(name) || given === '') {
    throw new InvalidArgumentError(
      'give a name and a URL, such as main=postgres://user@localhost/db',
    );
  }
  return { ...before, [name]: databaseOf(textOf(given)) };
}

/** Adds `--postgres`. */
export function addPostgresOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--postgres <name=url>',
      'table: database that source.postgres and output.postgres may name, by its URL or a file that has it; may be given several times',
    ).argParser(parseDatabase),
  );
}

/** Name of the secret of a connection in the local cloud. */
function secretName(name: string): string {
  return `sparse-fanout/postgres/${name}`;
}

/** The databases as the context of the app takes them, without logins; undefined without any. */
export function postgresContext(given: GivenDatabases | undefined): string | undefined {
  if (given === undefined) return undefined;
  const entries = Object.entries(given).map(([name, { tls }]) => [
    name,
    { secretName: secretName(name), tls },
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

/** The secrets that a local cloud keeps for them, by their names. */
export function postgresSecrets(given: GivenDatabases = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, { secret }]) => [secretName(name), secret]),
  );
}
