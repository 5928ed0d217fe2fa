import { spawn, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, manifest.bin['sparse-fanout']);

/** What a launcher did, which thinks that it runs in another version of Node. */
interface Launched {
  readonly said: string;
  readonly exitCode: number | undefined;
  readonly spawned: readonly (readonly [command: string, args: readonly string[]])[];
}

let tree: string;

beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'launcher-'));
  await mkdir(join(tree, 'bin'));
  await copyFile(LAUNCHER, join(tree, 'bin/sparse-fanout.cjs'));
});
afterEach(() => rm(tree, { recursive: true }));

/** Makes the tree a clone. */
async function clone(): Promise<void> {
  await writeFile(join(tree, 'bin/sparse-fanout.ts'), '');
  await mkdir(join(tree, 'node_modules/node/bin'), { recursive: true });
}

/** Runs the text of the launcher as another version of Node would run it. */
async function launchedBy(version: string, env: NodeJS.ProcessEnv = {}): Promise<Launched> {
  const text = await readFile(join(tree, 'bin/sparse-fanout.cjs'), 'utf8');
  const spawned: [string, readonly string[]][] = [];
  let said = '';
  const childProcess = {
    spawn: (command: string, args: readonly string[]) => {
      spawned.push([command, args]);
      return { on: () => undefined };
    },
  };
  const real = createRequire(import.meta.url);
  const fake: { exitCode?: number } & Record<string, unknown> = {
    ...{ versions: { node: version }, env, argv: ['node', 'launcher', 'slice', 'x.npz'] },
    ...{ on: () => undefined, stderr: { write: (piece: string) => (said += piece) } },
  };
  const body = new Function('require', 'process', '__dirname', text.replace(/^#!.*/, ''));
  const load = (name: string) => (name === 'node:child_process' ? childProcess : real(name));
  body(load, fake, join(tree, 'bin'));
  return { said, exitCode: fake.exitCode, spawned };
}

describe('the launcher', () => {
  it('runs with the Node of the clone where this one is too old', async () => {
    await clone();
    const own = join(tree, 'node_modules/node/bin/node');
    await writeFile(own, '');
    expect(await launchedBy('20.19.0')).toEqual({
      said: '',
      exitCode: undefined,
      spawned: [[own, [join(tree, 'bin/sparse-fanout.ts'), 'slice', 'x.npz']]],
    });
  });

  it('fails with one sentence in a clone that was installed without scripts', async () => {
    await clone();
    expect(await launchedBy('22.11.0')).toEqual({
      said: 'error: NodeVersion: sparse-fanout in a clone needs Node 24.0 or later, this is 22.11.0; run npm ci without --ignore-scripts, which installs Node 24 here, or use a newer Node\n',
      exitCode: 2,
      spawned: [],
    });
  });

  it('fails with one sentence in a clone that was not installed', async () => {
    await clone();
    await rm(join(tree, 'node_modules'), { recursive: true });
    const { said } = await launchedBy('24.1.0');
    expect(said).toBe(
      'error: NotInstalled: the packages of this clone are not installed; run npm ci\n',
    );
  });

  it('fails with one sentence in a package below Node 22.17', async () => {
    const { said, exitCode } = await launchedBy('22.16.3');
    expect(said).toBe(
      'error: NodeVersion: sparse-fanout needs Node 22.17 or later, this is 22.16.3; install a newer Node\n',
    );
    expect(exitCode).toBe(2);
  });

  it('hands on arguments, streams and the exit code', async () => {
    await clone();
    const own = join(tree, 'node_modules/node/bin/node');
    await writeFile(own, '#!/bin/sh\necho "$@"; exit 7\n');
    await chmod(own, 0o755);
    const patched = join(tree, 'bin/sparse-fanout.cjs');
    const text = await readFile(patched, 'utf8');
    await writeFile(patched, text.replace("'24.0'", "'999.0'"));
    const ran = spawnSync(process.execPath, [patched, 'a', 'b c'], { encoding: 'utf8' });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([
      7,
      `${join(tree, 'bin/sparse-fanout.ts')} a b c\n`,
      '',
    ]);
  });
});

describe('the command of the clone', () => {
  /** Runs a command line in a folder below the clone, and gives what it printed. */
  async function printed(command: string, args: readonly string[], env = {}): Promise<string> {
    const cwd = join(ROOT, 'test/fixtures');
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    const pieces = await Array.fromAsync(child.stdout.setEncoding('utf8'));
    return pieces.join('');
  }

  const slice = ['slice', 'golden/inputs/tall.npz', '--rows', '0:1'];

  it('takes paths as from where it is started', async () => {
    const line = await printed(process.execPath, [LAUNCHER, ...slice]);
    expect(line).toMatch(/^[\d.,]+\n$/);
    const npm = { npm_lifecycle_event: 'cli', INIT_CWD: join(ROOT, 'test/fixtures') };
    const inRoot = spawnSync(process.execPath, [LAUNCHER, ...slice], {
      ...{ cwd: ROOT, env: { ...process.env, ...npm }, encoding: 'utf8' },
    });
    expect(inRoot.stdout).toBe(line);
  });

  it('is what npm links and starts', () => {
    expect(manifest.bin).toEqual({ 'sparse-fanout': 'bin/sparse-fanout.cjs' });
    expect(manifest.scripts.cli).toMatch(/ bin\/sparse-fanout\.cjs$/);
    expect(manifest.engines).toEqual({ node: '>=22.17' });
  });
});
