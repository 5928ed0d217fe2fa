import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAccess } from '#local/kept-access.ts';
import { runningAccess } from '#local/running-access.ts';
import { lockStateDirectory } from '#local/state-directory.ts';

const endpoints = {
  s3: 'https://127.0.0.1:1111',
  dynamodb: 'https://127.0.0.1:2222',
  states: 'https://localhost:3333',
  lambda: 'https://localhost:4444',
};
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'running-access-'));
});

afterEach(() => rm(directory, { recursive: true }));

async function keep() {
  const access = await openAccess(directory);
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, 'PEM');
  const outputs = { StateMachineArn: 'arn:aws:states:us-east-1:1:stateMachine:m' };
  await access.keep({ endpoints, accessKeyId: 'AKID', region: 'us-east-1', caFile, outputs });
  return { access, outputs };
}

describe('the access to a local cloud of another process', () => {
  test('is all that clients need', async () => {
    const lock = await lockStateDirectory(directory);
    const { access, outputs } = await keep();
    await lock.publish(endpoints);
    expect(await runningAccess(directory)).toEqual({
      region: 'us-east-1',
      endpoints,
      credentials: { accessKeyId: 'AKID', secretAccessKey: access.secretAccessKey },
      caPem: 'PEM',
      outputs,
    });
  });

  test('fails before it is ready, after it has ended, and where there never was one', async () => {
    const refusal = { name: 'LocalCloudNotRunning' };
    await expect(runningAccess(join(directory, 'none'))).rejects.toMatchObject(refusal);
    const lock = await lockStateDirectory(directory);
    await keep();
    await expect(runningAccess(directory)).rejects.toMatchObject(refusal);
    await lock.publish(endpoints);
    await runningAccess(directory);
    await lock.release();
    await expect(runningAccess(directory)).rejects.toMatchObject(refusal);
  });
});
