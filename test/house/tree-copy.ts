import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ToyEdit } from './toy-edits.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures/toy');

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Both outputs, for messages. */
  readonly said: string;
}

function trackedFiles(): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const { stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return stdout.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

/** The environment without what a run of Vitest sets for its own workers. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:VITEST|NODE_ENV)/.test(name)));
}

function replaceOnce(text: string, [from, to]: readonly [string, string], path: string): string {
  if (text.split(from).length === 2) return text.replace(from, () => to);
  throw new Error(`${path} does not hold ${JSON.stringify(from)} once`);
}

/** A copy of this tree as git sees it, in which edits are made and undone; it has our packages. */
export class TreeCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'sparse-fanout-tree-'));

  constructor() {
    for (const file of trackedFiles()) {
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      copyFileSync(join(ROOT, file), join(this.root, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** Makes these edits; what others left there is undone first. */
  reset(all: readonly ToyEdit[], made: readonly ToyEdit[]): void {
    for (const { path } of all) this.#restore(path);
    for (const edit of made) this.#make(edit);
  }

  /** Puts a file of `test/fixtures/toy` at a path. */
  place(fixture: string, path: string): void {
    copyFileSync(join(FIXTURES, fixture), join(this.root, path));
  }

  /** Runs a program of the packages, such as `tsc`. */
  runTool(name: string, ...args: readonly string[]): Promise<Ended> {
    return this.#run(join(this.root, 'node_modules/.bin', name), args);
  }

  /** Runs a file of the copy by Node. */
  runNode(...args: readonly string[]): Promise<Ended> {
    return this.#run(process.execPath, args);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #restore(path: string): void {
    if (path.endsWith('/')) rmSync(join(this.root, path), { recursive: true, force: true });
    else copyFileSync(join(ROOT, path), join(this.root, path));
  }

  #make({ path, replace = [] }: ToyEdit): void {
    const at = join(this.root, path);
    if (path.endsWith('/')) {
      const fixtures = join(FIXTURES, basename(path));
      mkdirSync(at);
      for (const name of readdirSync(fixtures)) {
        copyFileSync(join(fixtures, name), join(at, name.replace(/\.txt$/, '')));
      }
      return;
    }
    const before = readFileSync(at, 'utf8');
    const edited = replace.reduce((text, pair) => replaceOnce(text, pair, path), before);
    writeFileSync(at, edited);
  }

  #run(program: string, args: readonly string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: this.root, env: plainEnvironment() });
      let stdout = '';
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        said += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      child.once('error', reject).once('close', (code) => resolve({ code, stdout, said }));
    });
  }
}
