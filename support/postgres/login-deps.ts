import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSecretsServer } from '@sparse-fanout/local-cloud/secrets/server.ts';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { createSecretsClient } from '#aws/clients/secrets.ts';
import type { LoginDeps } from '#aws/postgres/postgres-login.ts';
import type { PostgresConnections } from '#core/contract.ts';

const ACCESS = { accessKeyId: 'AKIATESTER', secretAccessKey: 'secret' };
const REGION = 'us-east-1';

/** A Secrets Manager on this machine, and connections whose secrets it has. */
export interface ServedLogins extends LoginDeps {
  close(): Promise<void>;
}

/** What the secret of a connection holds, as RDS writes it, and whether it is reached by TLS. */
export interface ServedLogin {
  readonly secret: Readonly<Record<string, unknown>>;
  readonly tls?: boolean;
}

/** The login of a server of a test. */
export function loginOf(server: {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}): Readonly<Record<string, unknown>> {
  const { host, port, user: username, password, database: dbname } = server;
  return { host, port, username, password, dbname };
}

/** Serves the secrets of connections; without TLS of the database unless one says so. */
export async function serveLogins(
  logins: Readonly<Record<string, ServedLogin>>,
): Promise<ServedLogins> {
  const directory = await mkdtemp(join(tmpdir(), 'secrets-'));
  const tls = await createCertificate(directory);
  const named = Object.entries(logins);
  const server = await startSecretsServer({
    tls,
    region: REGION,
    identify: () => ACCESS,
    authorize: () => undefined,
    secrets: Object.fromEntries(named.map(([name, { secret }]) => [name, JSON.stringify(secret)])),
  });
  const address = { endpoint: server.endpoint, region: REGION, ca: tls.cert, tries: 1 };
  const secrets = createSecretsClient({ ...address, credentials: ACCESS });
  const connections: PostgresConnections = Object.fromEntries(
    named.map(([name, login]) => [name, { secretArn: name, tls: login.tls ?? false }]),
  );
  return {
    secrets,
    connections,
    async close() {
      secrets.destroy();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
