import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCertificate, keepCertificate } from '#local/tls.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tls-'));
});

afterEach(() => rm(directory, { recursive: true }));

it('finds the certificate of the last start again', async () => {
  const first = await keepCertificate(directory);
  expect(await keepCertificate(directory)).toEqual(first);
  expect(await readFile(first.caFile, 'utf8')).toBe(first.cert);
});

it('keeps the key to this user', async () => {
  await keepCertificate(directory);
  expect((await stat(join(directory, 'key.pem'))).mode & 0o777).toBe(0o600);
});

it('makes a new one where key and certificate are no pair', async () => {
  const first = await keepCertificate(directory);
  const other = await mkdtemp(join(directory, 'other-'));
  await writeFile(join(directory, 'key.pem'), (await createCertificate(other)).key);
  const second = await keepCertificate(directory);
  expect(second.cert).not.toBe(first.cert);
  expect(await keepCertificate(directory)).toEqual(second);
});

it('makes a new one where a kill left half a file', async () => {
  const first = await keepCertificate(directory);
  await writeFile(first.caFile, first.cert.slice(0, 100));
  expect((await keepCertificate(directory)).cert).not.toBe(first.cert);
});
