import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LAYER_PACKAGE } from './layer-directory.ts';

/** The platform of the functions, whatever this machine is; nothing of a package is run. */
const FLAGS = ['--os=linux', '--cpu=arm64', '--libc=glibc', '--ignore-scripts'];

/** Options of the npm that runs this which are not meant for the layer. */
const NOT_MEANT =
  /^npm_config_(workspaces?|include_workspace_root|global|location|omit|include|dry_run|package_lock_only|local_prefix|only|production)$/i;

/** Files that no function reads. */
const SPARE = /\.md$|\.d\.ts$|^\.package-lock\.json$|^\.bin$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** The npm that runs this process, else the one on the path. */
function npm(env: Environment): readonly [string, ...string[]] {
  const script = env['npm_execpath'] ?? '';
  const isNpm = script.endsWith('npm-cli.js');
  return isNpm ? [env['npm_node_execpath'] ?? process.execPath, script] : ['npm'];
}

/** Installs by the lock, which holds the digest of each package. */
function install(folder: string, env: Environment): void {
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(LAYER_PACKAGE, name), join(folder, name));
  }
  const [command, ...before] = npm(env);
  const meant = Object.entries(env).filter(([name]) => !NOT_MEANT.test(name));
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } = spawnSync(command, [...before, 'ci', ...FLAGS, ...quiet], {
    cwd: folder,
    env: Object.fromEntries(meant),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status === 0) return;
  const said = error?.message ?? stderr.trim();
  throw new Error(`npm could not fetch the layer of the engine: ${said}`, { cause: error });
}

function removeSpare(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (SPARE.test(entry.name)) rmSync(join(entry.parentPath, entry.name), { recursive: true });
  }
}

/**
 * Fetches the layer of the engine into `target`, unless it is there: 25 MB, by the digests of its
 * lock. What is there is whole: it is made beside it and renamed.
 *
 * @throws {Error} npm could not; nothing is left then.
 */
export function fetchLayer(target: string, env: Environment): void {
  if (existsSync(target)) return;
  const cache = dirname(target);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  try {
    const nodejs = join(folder, 'layer', 'nodejs');
    mkdirSync(nodejs, { recursive: true });
    install(folder, env);
    removeSpare(join(folder, 'node_modules'));
    renameSync(join(folder, 'node_modules'), join(nodejs, 'node_modules'));
    renameSync(join(folder, 'layer'), target);
  } catch (error) {
    // Another process was faster: a folder that holds something is never replaced.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
