/** `npm run test:busy`: the test suite alone, then twice beside four programs that never rest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { readReport, type SuiteTimes, slowestFirst, timesAsLong } from './suite-times.ts';

const ROOT = join(import.meta.dirname, '../..');

const DEFAULT_RUNS = 2;
const DEFAULT_LOOPS = 4;

/** The suite may take at most this many times as long beside the loops … */
const MOST_TIMES = 4;

/** … and each test at most this many times, if it takes long enough to be measured. */
const MOST_TIMES_OF_A_TEST = 10;
const MEASURED_MILLISECONDS = 5_000;

const SHOWN_TESTS = 15;

/** A program that computes without pause, and ends with the process that started it. */
const LOOP = 'const parent = process.ppid; while (process.ppid === parent);';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs the suite once, and reads everything from Vitest's report. */
async function runSuite(directory: string, name: string, filters: readonly string[]) {
  const report = join(directory, `${name}.json`);
  const args = ['test', '--', '--reporter=json', `--outputFile=${report}`, ...filters];
  const startedAt = performance.now();
  const suite = spawn('npm', args, { cwd: ROOT, stdio: 'ignore' });
  await once(suite, 'exit');
  return await readReport(report, (performance.now() - startedAt) / 1000, ROOT);
}

async function besideLoops<T>(loops: number, work: () => Promise<T>): Promise<T> {
  const running: ChildProcess[] = Array.from({ length: loops }, () =>
    spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }),
  );
  try {
    return await work();
  } finally {
    for (const loop of running) loop.kill('SIGKILL');
  }
}

/** Prints what a run took. @returns what is wrong with it */
function judge(name: string, quiet: SuiteTimes, busy: SuiteTimes): readonly string[] {
  const times = busy.seconds / quiet.seconds;
  say(`${name}: ${busy.seconds.toFixed(0)} s, ${times.toFixed(1)} x the quiet time`);
  const slowest = slowestFirst(quiet, busy);
  for (const test of slowest.slice(0, SHOWN_TESTS)) {
    const seconds = (test.busyMilliseconds / 1000).toFixed(1).padStart(7);
    say(`${seconds} s ${timesAsLong(test).toFixed(1).padStart(5)} x  ${test.name}`);
  }
  const starved = slowest.filter(
    (test) =>
      test.busyMilliseconds > MEASURED_MILLISECONDS && timesAsLong(test) > MOST_TIMES_OF_A_TEST,
  );
  return [
    ...busy.failed.map((test) => `${name}: failed: ${test}`),
    ...(times > MOST_TIMES ? [`${name}: more than ${MOST_TIMES} x the quiet time`] : []),
    ...starved.map((test) => `${name}: more than ${MOST_TIMES_OF_A_TEST} x as long: ${test.name}`),
  ];
}

const command = new Command('test:busy')
  .description('run the tests alone, then beside programs that never rest, and compare their times')
  .argument('[filters...]', 'only test files whose path contains one of these')
  .option('--runs <n>', 'runs beside the loops', parseCount, DEFAULT_RUNS)
  .option('--loops <n>', 'programs beside the suite', parseCount, DEFAULT_LOOPS)
  .parse();
const { runs, loops } = command.opts<{ runs: number; loops: number }>();
const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-busy-'));
try {
  const quiet = await runSuite(directory, 'quiet', command.args);
  say(`quiet: ${quiet.seconds.toFixed(0)} s, ${quiet.tests.size} tests`);
  const problems = quiet.failed.map((test) => `quiet: failed: ${test}`);
  for (let run = 1; run <= runs; run += 1) {
    const name = `beside ${loops} loops, run ${run}`;
    const busy = await besideLoops(loops, () => runSuite(directory, `busy-${run}`, command.args));
    problems.push(...judge(name, quiet, busy));
  }
  say(problems.length === 0 ? 'all green, in time' : problems.join('\n'));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true });
}
