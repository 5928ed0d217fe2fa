import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { CAMPAIGNS } from './campaigns.ts';

const FOLDER = import.meta.dirname;
const NAMES = CAMPAIGNS.map(({ name }) => name);

function start(...args: readonly string[]) {
  return spawn(process.execPath, [join(FOLDER, 'run.ts'), ...args], { cwd: join(FOLDER, '..') });
}

async function run(...args: readonly string[]) {
  const child = start(...args);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

describe('the registry', () => {
  it('has a row for every folder, and no other', async () => {
    const entries = await readdir(FOLDER, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(NAMES.toSorted()).toEqual(folders.sort());
  });

  it.each(NAMES)('starts the script in the folder of its name: %s', async (name) => {
    expect((await stat(join(FOLDER, name, 'run.ts'))).isFile()).toBe(true);
    const row = CAMPAIGNS.find((campaign) => campaign.name === name);
    expect(String(row?.start)).toMatch(new RegExp(`/${name}/run\\.ts["']`));
  });
});

describe('npm run campaign', () => {
  it('lists what each proves, takes and needs', async () => {
    const { code, stdout } = await run('--list');
    expect(code).toBe(0);
    for (const { name, proves, takes, needs = '' } of CAMPAIGNS) {
      expect(stdout).toContain(`npm run campaign -- ${name}`);
      for (const words of [proves, takes, needs]) expect(stdout).toContain(words);
    }
  });

  it.each([
    [['nonsense'], 'error: there is no campaign nonsense; choose one of '],
    [[], 'error: no campaign is named; choose one of '],
  ])('fails with one sentence and all names: %j', async (args, beginning) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `${beginning}${NAMES.join(', ')}\n`,
    });
  });

  it('fails with one sentence for an option that it has not', async () => {
    const { code, stderr } = await run('--all');
    expect({ code, stderr }).toEqual({ code: 2, stderr: "error: unknown option '--all'\n" });
  });

  it('hands arguments on, and ends with the exit code of the campaign', async () => {
    const folder = join(FOLDER, 'no-such-folder');
    const { code, stderr } = await run('vectors', folder);
    expect(stderr).toMatch(/^recordings of AWS: 291 not replayed/);
    expect(code).toBe(3);
  });

  it('shows the help of the campaign', async () => {
    const { code, stdout } = await run('chaos', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run campaign -- chaos \[options\]$/m);
  });

  it('is ended by Ctrl-C with the campaign', async () => {
    const child = start('gzip');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'close');
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  });
});
