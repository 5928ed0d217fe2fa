/**
 * `npm run campaign -- frames`: writes random frames with each pandas, and compares what `slice`
 * prints of them with `DataFrame.to_csv`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import { main } from '#cli/main.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import {
  PYTHON_ENVIRONMENTS,
  type PythonEnvironment,
  pythonOf,
} from '#support/python/environment.ts';

/** What Python says of one frame, beside its bundle and its text. */
interface Case {
  readonly args: readonly string[];
  readonly isGzip: boolean;
  readonly dtypes: readonly string[];
}

const UPLOADER_FOLDER = join(import.meta.dirname, '../../python');
const MAKE_FRAMES = join(import.meta.dirname, 'make_frames.py');
const MOST_PRINTED = 5;

/** @returns the bytes that a command line prints, or the error that it ends with. */
async function printedBy(args: readonly string[]): Promise<Buffer> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [bytes, error] = [buffer(stdout), buffer(stderr)];
  const code = await main(args, { stdout, stderr, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  return code === 0 ? await bytes : await error;
}

async function isSame(place: string): Promise<boolean> {
  const { args, isGzip, dtypes }: Case = JSON.parse(await readFile(`${place}.json`, 'utf8'));
  const compression = isGzip ? ['--compression', 'gzip'] : [];
  const printed = await printedBy(['slice', `${place}/`, ...args, ...compression]);
  const ours = isGzip && printed[0] === 0x1f ? gunzipSync(printed) : printed;
  const theirs = await readFile(`${place}.csv`);
  if (ours.equals(theirs)) return true;
  if (different++ < MOST_PRINTED) {
    console.log(JSON.stringify({ place, dtypes, args, ours: `${ours}`, theirs: `${theirs}` }));
  }
  return false;
}

/** Compares all frames of one pandas. */
async function compare({ name }: PythonEnvironment, python: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-frames-'));
  try {
    const env = { ...process.env, PYTHONPATH: UPLOADER_FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
    await promisify(execFile)(python, [MAKE_FRAMES, folder, `${runs}`, `${seed}`], { env });
    let same = 0;
    for (let i = 0; i < runs; i++) if (await isSame(join(folder, `${i}`))) same++;
    console.log(`${name}: ${same} of ${runs} frames have the text of to_csv`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const { runs, seed } = new Command('npm run campaign -- frames')
  .description('compare what is printed of random frames of several dtypes with pandas')
  .option('--runs <n>', 'how many frames for each pandas', parseCount, 2000)
  .option('--seed <n>', 'of all of them', parseCount, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

let different = 0;
for (const environment of PYTHON_ENVIRONMENTS) {
  const python = await pythonOf(environment);
  if (python === undefined) console.log(`${environment.name}: skipped, there is no Python for it`);
  else await compare(environment, python);
}
if (different > 0) process.exitCode = 1;
