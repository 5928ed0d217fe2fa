import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretsClient } from '#aws/clients/secrets.ts';
import { type LoginDeps, postgresLogin } from '#aws/postgres/postgres-login.ts';
import { withLogin } from '#aws/postgres/with-postgres.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';

let directory: string;
let ca: string;
let server: PostgresServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iam-'));
  const { key, cert } = await createCertificate(directory);
  ca = cert;
  server = await PostgresServer.start({ tls: { key, cert } });
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const { signal } = new AbortController();

/** As a function has them: its role with a session, its region. */
function depsOf(): LoginDeps {
  const sessionToken = 'a session+/='.repeat(40);
  const credentials = { accessKeyId: 'AKIAROLE', secretAccessKey: 'hidden', sessionToken };
  const address = { endpoint: 'https://127.0.0.1:1', region: 'eu-west-1', credentials, ca };
  const { host, port } = server;
  const main = { auth: 'iam', host, port, user: 'loader', database: 'postgres' } as const;
  return {
    secrets: createSecretsClient(address),
    connections: { main, usual: { auth: 'iam', host: 'db.internal', user: 'loader' } },
  };
}

const owner = () => ({ user: server.user, password: server.password });

it('signs whom to let in where for fifteen minutes, by the role, without a call', async () => {
  const { password, ...login } = await postgresLogin(depsOf(), 'usual', signal);
  expect(login).toEqual({
    ...{ host: 'db.internal', port: 5432, user: 'loader', database: 'loader' },
    tls: { ca: undefined },
  });
  const { host, searchParams } = new URL(`https://${password}`);
  expect(host).toBe('db.internal:5432');
  expect(Object.fromEntries(searchParams)).toMatchObject({
    ...{ Action: 'connect', DBUser: 'loader', 'X-Amz-Expires': '900' },
    'X-Amz-Credential': expect.stringMatching(/^AKIAROLE\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/),
    'X-Amz-Security-Token': expect.stringContaining('a session+/='),
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(password).not.toContain('hidden');
});

it('is what the client sends by TLS, long as it is, and nothing without the authority', async () => {
  const login = await postgresLogin(depsOf(), 'main', signal);
  const user = { ...login, tls: { ca } };
  await withLogin({ ...user, ...owner() }, 'owner', signal, (client) =>
    client.query(`CREATE ROLE loader LOGIN PASSWORD '${login.password}'`),
  );
  const who = await withLogin(user, 'main', signal, async (client) => {
    const { rows } = await client.query(
      'SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    return rows;
  });
  expect(who).toEqual([{ current_user: 'loader', ssl: true }]);
  await expect(withLogin(login, 'main', signal, async () => 1)).rejects.toMatchObject({
    name: 'DatabaseError',
    message: expect.stringContaining('not trusted'),
  });
  const other = { ...user, password: `${login.password}0` };
  await expect(withLogin(other, 'main', signal, async () => 1)).rejects.toMatchObject({
    name: 'AccessDeniedError',
    message: expect.stringContaining('GRANT rds_iam'),
  });
});
