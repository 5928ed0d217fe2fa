/**
 * `npm run campaign -- package`: packs what is published, installs it where there is nothing but
 * Node 22 and npm, and uses it; and the same of the Python package.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';
import { consume } from './consumer.ts';
import { runFromPython } from './from-python.ts';
import { Machine } from './node-22.ts';

const run = promisify(execFile);

const ROOT = path.join(import.meta.dirname, '../..');

/** What `npm pack --json` says of a package. */
interface Packed {
  readonly filename: string;
  readonly name: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);

/** Packs a folder. @returns the path of the tarball. */
async function pack(folder: string, directory: string, npmScript: string): Promise<string> {
  const args = [npmScript, 'pack', folder, '--json', '--pack-destination', directory];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, maxBuffer: 64 * 1024 ** 2 });
  const listed: readonly Packed[] | Readonly<Record<string, Packed>> = JSON.parse(
    stdout.slice(stdout.search(/^[[{]/m)),
  );
  const { name, filename, size, unpackedSize, entryCount } = Object.values(listed)[0]!;
  say(
    `${name}: ${megabytes(size)} MB, ${megabytes(unpackedSize)} MB unpacked, ${entryCount} files`,
  );
  return path.join(directory, filename);
}

const { only } = new Command('package')
  .addOption(new Option('--only <part>', 'one of both').choices(['npm', 'python']))
  .parse()
  .opts<{ readonly only?: 'npm' | 'python' }>();
const npmScript = process.env['npm_execpath'];
if (npmScript === undefined) throw new Error('start it by npm run campaign -- package');
const directory = await mkdtemp(path.join(tmpdir(), 'sparse-fanout-package-'));
try {
  if (only !== 'python') {
    const main = await pack('.', directory, npmScript);
    const localCloud = await pack('./packages/local-cloud/dist', directory, npmScript);
    const machine = await Machine.with(directory, npmScript);
    await consume(machine, directory, { main, localCloud }, say);
  }
  if (only !== 'npm') await runFromPython(directory, say);
} finally {
  await rm(directory, { recursive: true, force: true });
}
