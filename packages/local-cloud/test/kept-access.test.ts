import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAccess } from '#local/kept-access.ts';

const endpoints = {
  s3: 'https://127.0.0.1:1111',
  dynamodb: 'https://127.0.0.1:2222',
  states: 'https://localhost:3333',
  lambda: 'https://localhost:4444',
};
const started = {
  endpoints,
  accessKeyId: 'AKIDADMIN',
  region: 'us-east-1',
  caFile: 'ca.pem',
  outputs: { StateMachineArn: 'arn:…' },
};
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kept-access-'));
});

afterEach(() => rm(directory, { recursive: true }));

it('makes a new secret for a new directory and asks for any ports', async () => {
  const { secretAccessKey, ports } = await openAccess(directory);
  expect(secretAccessKey).toMatch(/^[\w-]{40}$/);
  expect(ports).toEqual({ s3: 0, dynamodb: 0, states: 0, lambda: 0 });
});

it('finds secret and ports again once they were kept, for this user alone', async () => {
  const access = await openAccess(directory);
  await access.keep(started);
  const { secretAccessKey, ports } = await openAccess(directory);
  expect(secretAccessKey).toBe(access.secretAccessKey);
  expect(ports).toEqual({ s3: 1111, dynamodb: 2222, states: 3333, lambda: 4444 });
  expect((await stat(join(directory, 'access.json'))).mode & 0o777).toBe(0o600);
});

it('fails on a file that somebody has edited', async () => {
  await writeFile(join(directory, 'access.json'), '{"secretAccessKey":1}');
  await expect(openAccess(directory)).rejects.toThrow(/secretAccessKey/);
});
