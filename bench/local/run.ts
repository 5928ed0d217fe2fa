import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchMatrices } from '#bench/peers/matrices.ts';
import { main } from '#cli/main.ts';
import { LocalStack } from '#support/local-stack.ts';

/** Bytes of chunk text per second that the whole job must reach. */
const MIN_BYTES_PER_SECOND = 60e6;

/** Of what bare PUTs over HTTPS to the same S3 take, where the start hardly counts. */
const MIN_SHARE_OF_PUTS = 0.7;

const REPETITIONS = 3;

/** How often the matrix is taken: by itself, which shows the start, and stacked. */
const STACKS = [1, 4];

const BARE_PUTS = fileURLToPath(import.meta.resolve('./bare-puts.ts'));

/** The fields of what `local run --json` prints that are read here. */
interface Summary {
  readonly bytes: number;
  readonly seconds: number;
}

async function runJob(sources: readonly string[], out: string): Promise<Summary> {
  let printed = '';
  const stdout = new Writable({
    write(text, _encoding, done) {
      printed += text;
      done();
    },
  });
  const args = ['local', 'run', ...sources, '--out', out, '--target-bytes', '128MiB', '--json'];
  const { signal } = new AbortController();
  const code = await main(args, { stdout, stderr: process.stderr, signal });
  if (code !== 0) throw new Error(`local run ended with exit code ${code}: ${printed}`);
  return JSON.parse(printed);
}

/** Bytes per second of bare PUTs by another process, as writers are. */
async function bareRate(): Promise<number> {
  const stack = await LocalStack.start();
  try {
    const { endpoints, region, credentials, caPem, outputs } = stack.cloud;
    const access = JSON.stringify({ endpoints, region, credentials, caPem, outputs });
    const args = [BARE_PUTS, access, stack.outputBucket, 'bare/'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return Number(stdout);
  } finally {
    await stack.close();
  }
}

function middle(rates: readonly number[]): number {
  return rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)]!;
}

/** Measures a stack of the matrix beside bare PUTs in turns; whether that is fast enough. */
async function measureStack(source: string, times: number, directory: string): Promise<boolean> {
  const rates: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    const out = join(directory, 'out');
    const { bytes, seconds } = await runJob(Array(times).fill(source), out);
    await rm(out, { recursive: true });
    rates.push(bytes / seconds);
    bare.push(await bareRate());
    console.log(
      `WordNet × ${times}: ${(bytes / 1e9).toFixed(2)} GB of text in ${seconds.toFixed(1)} s; bare PUTs ${(bare.at(-1)! / 1e6).toFixed(0)} MB/s`,
    );
  }
  const median = middle(rates);
  const share = median / middle(bare);
  const mustShare = times > 1 ? MIN_SHARE_OF_PUTS : 0;
  const isEnough = median >= MIN_BYTES_PER_SECOND && share >= mustShare;
  const must = mustShare > 0 ? ` (must ${mustShare})` : '';
  console.log(
    `WordNet × ${times}: median ${(median / 1e6).toFixed(0)} MB/s from files to chunks in a directory, permissions and limits on (must ${MIN_BYTES_PER_SECOND / 1e6}), ${share.toFixed(2)} of bare PUTs${must}: ${isEnough ? 'ok' : 'TOO SLOW'}`,
  );
  return isEnough;
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-local-'));
try {
  const matrices = await benchMatrices(directory);
  const source = matrices.find(({ name }) => name === 'WordNet')!.path;
  for (const times of STACKS) {
    if (!(await measureStack(source, times, directory))) process.exitCode = 1;
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
