import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { benchMatrices } from '#bench/peers/matrices.ts';
import { main } from '#cli/main.ts';

/** Bytes of chunk text per second that the whole job must reach, copies into `--out` included. */
const MIN_BYTES_PER_SECOND = 60e6;

const REPETITIONS = 3;

/** The fields of what `local run --json` prints that are read here. */
interface Summary {
  readonly bytes: number;
  readonly seconds: number;
}

async function runJob(source: string, out: string): Promise<Summary> {
  let printed = '';
  const stdout = new Writable({
    write(text, _encoding, done) {
      printed += text;
      done();
    },
  });
  const args = ['local', 'run', source, '--out', out, '--target-bytes', '128MiB', '--json'];
  const { signal } = new AbortController();
  const code = await main(args, { stdout, stderr: process.stderr, signal });
  if (code !== 0) throw new Error(`local run ended with exit code ${code}: ${printed}`);
  return JSON.parse(printed);
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-local-'));
try {
  const matrices = await benchMatrices(directory);
  const source = matrices.find(({ name }) => name === 'WordNet')!.path;
  const rates: number[] = [];
  for (let i = 0; i < REPETITIONS; i += 1) {
    const out = join(directory, `out-${i}`);
    const { bytes, seconds } = await runJob(source, out);
    await rm(out, { recursive: true });
    rates.push(bytes / seconds);
    console.log(`${(bytes / 1e9).toFixed(2)} GB of text in ${seconds.toFixed(1)} s`);
  }
  const median = rates.toSorted((a, b) => a - b)[Math.floor(REPETITIONS / 2)]!;
  const isEnough = median >= MIN_BYTES_PER_SECOND;
  const verdict = isEnough ? 'ok' : 'TOO SLOW';
  console.log(
    `median ${(median / 1e6).toFixed(0)} MB/s from file to copies of all chunks, permissions and limits on (must ${MIN_BYTES_PER_SECOND / 1e6}): ${verdict}`,
  );
  if (!isEnough) process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
