import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { SecretsManagerClient } from '#aws/clients/secrets.ts';
import { isNamed, translated } from '#aws/errors.ts';
import type { PostgresConnection, PostgresConnections } from '#core/contract.ts';
import { AccessDeniedError, DatabaseError, RequestError } from '#core/errors.ts';
import { iamToken } from './iam-token.ts';

/** What logins are read with. */
export interface LoginDeps {
  /** Its role and region sign tokens of IAM, too. */
  readonly secrets: SecretsManagerClient;
  /** The connections of the deployment by their names. */
  readonly connections: PostgresConnections;
}

type SecretConnection = Extract<PostgresConnection, { readonly secretArn: string }>;

/** How a server lets somebody in. Nothing of it may stand in a message. */
export interface PostgresLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Authorities that are trusted besides those of Node, PEM; false without TLS. */
  readonly tls: { readonly ca: string | undefined } | false;
}

const PORT = 5432;

const text = z.string().check(z.minLength(1));

/** As RDS and Aurora write secrets; `ca` is ours. */
const secretFields = z.object({
  username: text,
  password: text,
  host: z.optional(text),
  port: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(65_535))),
  dbname: z.optional(text),
  ca: z.optional(text),
});

/** @throws {RequestError} the deployment has no connection of this name. */
function connectionOf(connections: PostgresConnections, name: string): PostgresConnection {
  if (Object.hasOwn(connections, name)) return connections[name]!;
  const known = Object.keys(connections).sort();
  const allowed =
    known.length === 0
      ? 'this deployment has none; deploy it with the prop postgres'
      : `allowed are ${known.join(', ')}`;
  throw new RequestError([`connection ${JSON.stringify(name)} is not known, ${allowed}`]);
}

async function readSecret(
  { secrets }: LoginDeps,
  { name, secretArn: SecretId }: SecretConnection & { readonly name: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const action = `read the secret of connection ${name}`;
  try {
    const command = new GetSecretValueCommand({ SecretId });
    return (await secrets.send(command, { abortSignal: signal })).SecretString;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      throw new AccessDeniedError(`could not ${action}: it does not exist; put it there`);
    }
    throw translated(error, action);
  }
}

/** @throws {SyntaxError} the text is no JSON. */
function parsedSecret(secret: string | undefined) {
  try {
    return secretFields.safeParse(JSON.parse(secret ?? ''));
  } catch {
    return undefined;
  }
}

/**
 * The login that a secret holds.
 *
 * @param connection what the deployment says of it.
 * @throws {DatabaseError} the secret has not the form that RDS gives it.
 */
export function parseLogin(
  name: string,
  secret: string | undefined,
  { host, port, database, tls }: Omit<SecretConnection, 'secretArn'>,
): PostgresLogin {
  const parsed = parsedSecret(secret);
  const server = host ?? parsed?.data?.host;
  if (parsed?.data === undefined || server === undefined) {
    const wrong = parsed?.error?.issues[0]?.path.join('.') ?? (parsed ? 'host' : 'all of it');
    // What the secret holds must not stand here.
    throw new DatabaseError(
      `the secret of connection ${name} must be JSON with username, password, host, port and dbname, as RDS writes it; wrong is ${wrong}`,
    );
  }
  const { username: user, password, dbname, ca } = parsed.data;
  return {
    ...{ host: server, user, password },
    port: port ?? parsed.data.port ?? PORT,
    database: database ?? dbname ?? user,
    tls: tls && { ca },
  };
}

/**
 * The login of a connection: from its secret, or with a token of IAM.
 *
 * @throws {RequestError} the deployment has no connection of this name.
 * @throws {AccessDeniedError} the secret does not exist, or may not be read.
 * @throws {DatabaseError} the secret has not the form that RDS gives it.
 */
export async function postgresLogin(
  deps: LoginDeps,
  name: string,
  signal: AbortSignal,
): Promise<PostgresLogin> {
  const connection = connectionOf(deps.connections, name);
  if ('auth' in connection) {
    const { host, user, port = PORT, database = user } = connection;
    const password = await iamToken(deps.secrets, { host, port, user });
    return { host, port, database, user, password, tls: { ca: undefined } };
  }
  return parseLogin(name, await readSecret(deps, { ...connection, name }, signal), connection);
}
