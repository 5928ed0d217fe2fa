import { spawn } from 'node:child_process';
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
import { LAYER_PACKAGE, layerDirectory } from '@sparse-fanout/engine/layer-directory.ts';

/** The platform of the functions, whatever this machine is; nothing of a package is run. */
const FLAGS = ['--os=linux', '--cpu=arm64', '--libc=glibc', '--ignore-scripts'];

/** Options of an `npm ci` of this repository that are not meant for the layer. */
const NOT_MEANT =
  /^npm_config_(workspaces?|include_workspace_root|global|location|omit|include|dry_run|package_lock_only|local_prefix|only|production)$/i;

/** Files that no function reads. */
const SPARE = /\.md$|\.d\.ts$|^\.package-lock\.json$|^\.bin$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** The npm that runs this script, else the one on the path. */
function npm(env: Environment): readonly [string, ...string[]] {
  const script = env['npm_execpath'] ?? '';
  const isNpm = script.endsWith('npm-cli.js');
  return isNpm ? [env['npm_node_execpath'] ?? process.execPath, script] : ['npm'];
}

/** Installs by the lock, which holds the digest of each package. */
async function install(folder: string, env: Environment): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(LAYER_PACKAGE, name), join(folder, name));
  }
  const [command, ...before] = npm(env);
  const meant = Object.entries(env).filter(([name]) => !NOT_MEANT.test(name));
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn(command, [...before, 'ci', ...FLAGS, ...quiet], {
    cwd: folder,
    env: Object.fromEntries(meant),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`npm could not fetch the layer of the engine: ${said.trim()}`);
}

function removeSpare(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (SPARE.test(entry.name)) rmSync(join(entry.parentPath, entry.name), { recursive: true });
  }
}

/**
 * Fetches the layer of the engine into `target`, unless it is there. What is there is whole: it is
 * made beside it and renamed.
 *
 * @throws {Error} npm could not; nothing is left then.
 */
export async function fetchLayer(target: string, env: Environment): Promise<void> {
  if (existsSync(target)) return;
  const cache = dirname(target);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  try {
    const nodejs = join(folder, 'layer', 'nodejs');
    mkdirSync(nodejs, { recursive: true });
    await install(folder, env);
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

/** The root's `prepare` also runs when the repository is packed; then nobody needs the layer. */
function isPacked({ npm_command, _PACOTE_NO_PREPARE_ }: Environment): boolean {
  return ['pack', 'publish'].includes(npm_command ?? '') || _PACOTE_NO_PREPARE_ !== undefined;
}

if (import.meta.main && !isPacked(process.env)) {
  try {
    await fetchLayer(layerDirectory(), process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
