import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Bytes that a command may print. */
const MAX_PRINTED = 64 * 1024 ** 2;

/** What a command printed, and how it ended. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that has nothing but Node 22 and npm. */
export class Machine {
  readonly #variables: Readonly<Record<string, string>>;

  private constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables;
  }

  /** Puts Node 22 and npm into a folder; needs a package registry. */
  static async with(folder: string, npmScript: string): Promise<Machine> {
    const home = path.join(folder, 'node-22');
    await mkdir(path.join(home, 'bin'), { recursive: true });
    const manifest = { private: true, allowScripts: { node: true } };
    await writeFile(path.join(home, 'package.json'), JSON.stringify(manifest));
    const install = [npmScript, 'install', '--no-audit', '--no-fund', 'node@22'];
    await run(process.execPath, install, { cwd: home, maxBuffer: MAX_PRINTED });
    const node = path.join(home, 'node_modules/node/bin/node');
    await symlink(node, path.join(home, 'bin/node'));
    for (const name of ['npm', 'npx']) {
      const script = npmScript.replace(/npm-cli\.js$/, `${name}-cli.js`);
      const command = path.join(home, 'bin', name);
      await writeFile(command, `#!/bin/sh\nexec "${node}" "${script}" "$@"\n`);
      await chmod(command, 0o755);
    }
    const PATH = `${path.join(home, 'bin')}:/usr/bin:/bin`;
    return new Machine({ PATH, XDG_CACHE_HOME: path.join(folder, 'cache') });
  }

  /** Runs a line of shell in a folder, with no variable of the process that runs this. */
  async shell(cwd: string, line: string): Promise<Printed> {
    const { HOME = cwd } = process.env;
    const registry = Object.entries(process.env).filter(([name]) => /^npm_config_/i.test(name));
    const env = { ...Object.fromEntries(registry), HOME, ...this.#variables };
    const options = { cwd, env, maxBuffer: MAX_PRINTED };
    return await run('sh', ['-c', line], options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  }

  /** The same for a line that must succeed. @returns what it printed. */
  async succeed(cwd: string, line: string): Promise<string> {
    const { code, stdout, stderr } = await this.shell(cwd, line);
    if (code !== 0) throw new Error(`${line} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }
}
