import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockStateDirectory, StateDirectoryInUse } from '#local/state-directory.ts';

const endpoints = { s3: 'https://a', dynamodb: 'https://b', states: 'https://c' };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'state-directory-'));
});

afterEach(() => rm(directory, { recursive: true }));

/** Another process that locks the directory and holds it until killed. */
async function lockElsewhere() {
  const module = JSON.stringify(new URL('../src/state-directory.ts', import.meta.url).href);
  const program = `const { lockStateDirectory } = await import(${module});
    const lock = await lockStateDirectory(${JSON.stringify(directory)});
    await lock.publish(${JSON.stringify(endpoints)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  return child;
}

it('keeps a second holder out until the first lets go', async () => {
  const lock = await lockStateDirectory(directory);
  await expect(lockStateDirectory(directory)).rejects.toThrow(StateDirectoryInUse);
  await lock.release();
  await (await lockStateDirectory(directory)).release();
});

it('reports which process holds it and where, and takes over when that was killed', async () => {
  const child = await lockElsewhere();
  await expect(lockStateDirectory(directory)).rejects.toMatchObject({ pid: child.pid, endpoints });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockStateDirectory(directory);
  await lock.release();
  expect(await readdir(directory)).toHaveLength(1);
});

it('takes over from a process whose pid is now used by another', async () => {
  const holder = { pid: process.pid, startedAt: 'long ago' };
  await writeFile(join(directory, 'lock-000007.json'), JSON.stringify(holder));
  await (await lockStateDirectory(directory)).release();
  expect(await readdir(directory)).toEqual(['lock-000008.json']);
});

it('lets exactly one of many racers in', async () => {
  const racers = Array.from({ length: 16 }, () => lockStateDirectory(directory));
  const results = await Promise.allSettled(racers);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
