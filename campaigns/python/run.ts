/**
 * `npm run campaign -- python`: runs the uploader's tests with every pandas that fits a Python on
 * this machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalUp } from '#support/local-up.ts';
import {
  PYTHON_ENVIRONMENTS,
  type PythonEnvironment,
  pythonOf,
} from '#support/python/environment.ts';

/** This machine's environment without the variables of AWS. */
const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));

/**
 * Runs pytest and prints its last line, or all of it where a test fails. @returns whether all
 * passed.
 */
function runTests({ name }: PythonEnvironment, python: string, up: LocalUp): boolean {
  const env = {
    ...Object.fromEntries(foreign),
    ...up.printed.variables,
    SPARSE_FANOUT_OUTPUTS: JSON.stringify(up.printed.outputs),
  };
  const args = ['-m', 'pytest', '--quiet', import.meta.dirname, ...process.argv.slice(2)];
  const { status, stdout, stderr } = spawnSync(python, args, { env, encoding: 'utf8' });
  const last = stdout.trimEnd().split('\n').at(-1);
  console.log(`${name}: ${status === 0 ? last : `failed\n${stdout}${stderr}`}`);
  return status === 0;
}

const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-python-'));
const up = await LocalUp.start(join(directory, 'state'));
try {
  for (const environment of PYTHON_ENVIRONMENTS) {
    const python = await pythonOf(environment);
    if (python === undefined) {
      console.log(`${environment.name}: skipped, no Python ${environment.pythons.join(' or ')}`);
    } else if (!runTests(environment, python, up)) {
      process.exitCode = 1;
    }
  }
} finally {
  await up.end('SIGINT');
  await rm(directory, { recursive: true, force: true });
}
