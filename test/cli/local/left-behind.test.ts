import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockStateDirectory } from '@sparse-fanout/local-cloud/state-directory.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leftBehind } from '#cli/local/left-behind.ts';

let beside: string;

beforeEach(async () => {
  beside = await mkdtemp(join(tmpdir(), 'left-behind-'));
});
afterEach(() => rm(beside, { recursive: true }));

async function stateOf(name: string, holder: object): Promise<string> {
  const folder = join(beside, name);
  await mkdir(join(folder, 's3'), { recursive: true });
  await writeFile(join(folder, 'lock-000001.json'), JSON.stringify(holder));
  await writeFile(join(folder, 's3', 'data'), new Uint8Array(5e6));
  return folder;
}

it('says what killed runs have left, how much it is, and how to remove it', async () => {
  const dead = { pid: 2 ** 22, startedAt: '1' };
  const folders = [
    await stateOf('.sparse-fanout-aaaaaa', dead),
    await stateOf('.sparse-fanout-bbbbbb', dead),
  ];
  await stateOf('kept-state', dead);
  expect(await leftBehind(join(beside, 'out'))).toBe(
    `runs that were killed have left 10 MB here; remove it: rm -r ${folders.join(' ')}`,
  );
});

it('says nothing of a run that goes on or has just begun, or where there is no folder', async () => {
  const lock = await lockStateDirectory(join(beside, '.sparse-fanout-alive1'));
  await mkdir(join(beside, '.sparse-fanout-begins'));
  expect(await leftBehind(join(beside, 'out'))).toBeUndefined();
  await lock.release();
  expect(await leftBehind(join(beside, 'nowhere', 'out'))).toBeUndefined();
});
