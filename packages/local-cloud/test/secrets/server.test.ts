import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccessDenied } from '#local/authorization.ts';
import { type SecretsServer, startSecretsServer } from '#local/secrets/server.ts';
import { identifyTester, TESTER } from '#local/testing/s3-client.ts';
import { createCertificate } from '#local/tls.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:db/main';

let directory: string;
let server: SecretsServer;
let client: SecretsManagerClient;
const asked: object[] = [];
let agent: Agent;

function clientOf(secretAccessKey: string): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { ...TESTER, secretAccessKey },
    requestHandler: { httpsAgent: agent },
    maxAttempts: 1,
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-server-'));
  const tls = await createCertificate(directory);
  server = await startSecretsServer({
    tls,
    region: 'us-east-1',
    identify: identifyTester,
    authorize({ action, resource }) {
      asked.push({ action, resource });
      if (resource.includes('other')) throw new AccessDenied('User: u is not authorized');
    },
    secrets: { 'db/main': '{"password":"p"}', other: 'x' },
  });
  agent = new Agent({ ca: tls.cert });
  client = clientOf(TESTER.secretAccessKey);
});

afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

const get = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));

it.each(['db/main', ARN, `${ARN}-000000`])(
  'gives a secret by %s, and asks whether the caller may',
  async (id) => {
    asked.length = 0;
    const { ARN: arn, Name, SecretString } = await get(id);
    expect({ arn, Name, SecretString }).toEqual({
      arn: `${ARN}-000000`,
      Name: 'db/main',
      SecretString: '{"password":"p"}',
    });
    expect(asked).toEqual([{ action: 'secretsmanager:GetSecretValue', resource: `${ARN}-000000` }]);
  },
);

it('fails as AWS names it', async () => {
  await expect(get('other')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(get('missing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(get(`${ARN}-abcdef`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(client.send(new ListSecretsCommand())).rejects.toThrow(
    'secretsmanager.ListSecrets is not implemented by the local Secrets Manager',
  );
});

it('fails for a request that is signed by nobody it knows', async () => {
  const stranger = clientOf('wrong');
  await expect(
    stranger.send(new GetSecretValueCommand({ SecretId: 'db/main' })),
  ).rejects.toMatchObject({ name: 'InvalidSignatureException' });
});
