import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countMatrix } from '#support/count-matrix.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { runShell } from '#test/cli/run-command.ts';

/** What `export-run.ts` says that a thread takes. */
const THREAD_BYTES = 100e6;

/** A process with one thread: Node, the steps, and the thread. */
const PROCESS_BYTES = 300e6;

/** Not by `maxRSS`: on Linux that begins with the memory of the process that started this one. */
const AT_EXIT = `import { readFileSync } from 'node:fs'; process.on('exit', () => {
  const [, kib] = /VmHWM:\\s+([0-9]+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  process.stderr.write('\\npeak ' + kib);
})`;

let directory: string;
let source: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-memory-'));
  source = join(directory, 'matrix.npz');
  // 800 MB of text, in slices of 2 MiB of the source.
  await saveNpz(
    source,
    countMatrix({ rows: 40_000, columns: 10_000, entriesPerRow: 200, seed: 3 }),
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Peak memory of an export, in bytes. */
async function peakBytes(threads: number, ...options: string[]): Promise<number> {
  const out = join(directory, `out-${threads}`);
  const flags = ['--threads', `${threads}`, '--rows-per-chunk', '1000', ...options].join(' ');
  const node = `export NODE_OPTIONS="--import data:text/javascript,${encodeURIComponent(AT_EXIT)}"`;
  const ended = await runShell(`${node}; cli --json export ${source} --out ${out} ${flags}`);
  expect(ended.code).toBe(0);
  await rm(out, { recursive: true });
  const peaks = [...ended.stderr.matchAll(/^peak (\d+)$/gm)].map(([, kib]) => Number(kib) * 1024);
  return Math.max(...peaks);
}

it.each([
  ['plain text', []],
  ['gzip', ['--compression', 'gzip']],
])(
  'takes for each thread what is said, of %s',
  async (_, options) => {
    const one = await peakBytes(1, ...options);
    const five = await peakBytes(5, ...options);
    console.info(`peak ${Math.round(one / 1e6)} MB, of five threads ${Math.round(five / 1e6)} MB`);
    expect(one).toBeLessThan(PROCESS_BYTES);
    expect(five - one).toBeLessThan(4 * THREAD_BYTES);
  },
  60_000,
);
