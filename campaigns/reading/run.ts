/**
 * `npm run campaign -- reading`: executes the blocks of docs/reading.md on outputs of `export`,
 * and compares what they read with the source. A block whose tool is missing is skipped by name.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '#cli/main.ts';
import { goldenPath } from '#support/golden.ts';
import { pythonOf } from '#support/python/environment.ts';

const ROOT = join(import.meta.dirname, '../..');

const ENVIRONMENT = {
  name: 'reading',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  pythons: ['3.13', '3.12', '3.11'],
};

const SOURCE = goldenPath('inputs/tall.npz');

/** The outputs that the blocks read, by their folders. */
const OUTPUTS: Readonly<Record<string, object>> = {
  out: {},
  zip: { compression: 'gzip' },
  npz: { format: 'npz' },
  parquet: { format: 'parquet', layout: 'triples' },
  hive: { companions: ['hive'] },
};

const directory = await mkdtemp(join(tmpdir(), 'reading-'));

async function makeOutput(name: string, output: object): Promise<void> {
  const request = join(directory, `${name}.json`);
  const fields = { source: SOURCE, output, chunking: { rows: 1000 } };
  await writeFile(request, JSON.stringify(fields));
  const args = ['export', '--request', request, '--out', join(directory, name)];
  const { stdout, stderr } = process;
  const { signal } = new AbortController();
  const code = await main(args, { stdout, stderr, signal });
  if (code !== 0) throw new Error(`export of ${name} ended with ${code}`);
}

try {
  const python = await pythonOf(ENVIRONMENT);
  if (python === undefined) {
    console.log('skipped, there is no Python for it');
  } else {
    for (const [name, output] of Object.entries(OUTPUTS)) await makeOutput(name, output);
    await writeFile(join(directory, 'reading.md'), await readFile(join(ROOT, 'docs/reading.md')));
    const script = join(import.meta.dirname, 'run_blocks.py');
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const args = ['-W', 'ignore', script, SOURCE];
    const { status } = spawnSync(python, args, { cwd: directory, env, stdio: 'inherit' });
    process.exitCode = status ?? 1;
  }
} finally {
  await rm(directory, { recursive: true });
}
