import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { type Goal, isMissed, type Measure, measureLine } from '#bench/encode/goals.ts';
import { median } from '#bench/encode/measure.ts';
import { thisMachine } from '#bench/machine.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { PYTHON_ENVIRONMENTS, pythonOf } from '#support/python/environment.ts';

/**
 * `npm run bench:frame`: a frame of model outputs written as Parquet by `write_table`, by pandas
 * as a whole and in threads, and by PyArrow; exits 1 if a "must" is missed.
 */
const STATE = path.join(import.meta.dirname, '../../.sparse-fanout');
const RESULTS = path.join(import.meta.dirname, '../results');
const SCRIPT = path.join(import.meta.dirname, 'frame_way.py');
const PYTHON_FOLDER = path.join(import.meta.dirname, '../../python');

/** 750 MB in memory. */
const DEFAULT_ROWS = 6_000_000;
const DEFAULT_REPETITIONS = 5;

const OURS = 'write_table';

/** Seconds of each other way divided by ours. */
const GOALS: Readonly<Record<string, Goal>> = {
  pandas: { must: 1.5, aim: 2, better: 'higher' },
  'pandas in threads': { must: 1, aim: 1.2, better: 'higher' },
  pyarrow: { must: 1.5, aim: 1.8, better: 'higher' },
};

/** Most megabytes that ours takes beside the frame. */
const MEMORY_GOAL: Goal = { must: 512, aim: 256, better: 'lower' };

interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly extraBytes: number;
  readonly frameBytes: number;
  readonly fileBytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

const command = new Command('bench:frame')
  .description('write the same frame as Parquet in several ways and compare the time')
  .option('--rows <n>', 'of the frame', parseCount, DEFAULT_ROWS)
  .option('--repetitions <n>', 'of each measurement', parseCount, DEFAULT_REPETITIONS)
  .parse();
const { rows, repetitions } = command.opts<{ rows: number; repetitions: number }>();

/** One way in a process of its own, which also checks what it wrote. */
async function measure(python: string, way: string, folder: string): Promise<Usage> {
  await rm(folder, { recursive: true, force: true });
  const env = { ...process.env, PYTHONPATH: PYTHON_FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)(python, [SCRIPT, way, String(rows), folder], {
    env,
  });
  return JSON.parse(stdout);
}

/** All ways in turn, so that other work of the machine affects all of them equally. */
async function measureAll(python: string, folder: string) {
  const ways = [OURS, ...Object.keys(GOALS)];
  const usages = new Map<string, Usage[]>(ways.map((way) => [way, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const way of ways) usages.get(way)!.push(await measure(python, way, folder));
  }
  return usages;
}

function measuresOf(usages: ReadonlyMap<string, readonly Usage[]>): readonly Measure[] {
  const own = usages.get(OURS)!;
  const speeds = Object.entries(GOALS).map(([way, goal]): Measure => {
    const ratios = usages.get(way)!.map(({ seconds }, turn) => seconds / own[turn]!.seconds);
    const quartiles = [Math.min(...ratios), Math.max(...ratios)] as const;
    const measure = `seconds of ${way} ÷ write_table`;
    return { data: 'frame', measure, value: median(ratios), quartiles, goal };
  });
  const extra = Math.max(...own.map(({ extraBytes }) => extraBytes)) / 1e6;
  const memory = 'peak memory beside the frame, MB';
  return [...speeds, { data: 'frame', measure: memory, value: extra, goal: MEMORY_GOAL }];
}

function usageLine(way: string, all: readonly Usage[]): string {
  const of = (figure: 'seconds' | 'cpuSeconds' | 'extraBytes') =>
    median(all.map((usage) => usage[figure]));
  const [seconds, cpu] = [of('seconds'), of('cpuSeconds')];
  const rate = all[0]!.frameBytes / seconds / 1e6;
  const files = (all[0]!.fileBytes / 1e6).toFixed(0);
  return `${way.padEnd(18)} ${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s of CPU, ${rate.toFixed(0)} MB/s, ${(of('extraBytes') / 1e6).toFixed(0)} MB beside the frame, ${files} MB of files`;
}

const newest = PYTHON_ENVIRONMENTS.at(-1)!;
const python = await pythonOf(newest);
if (python === undefined) {
  throw new Error(`no Python ${newest.pythons.join(' or ')} was found, write_table needs one`);
}
const machine = thisMachine();
await mkdir(STATE, { recursive: true });
const folder = await mkdtemp(path.join(STATE, 'frame-'));
try {
  const usages = await measureAll(python, path.join(folder, 'out'));
  const frameBytes = usages.get(OURS)![0]!.frameBytes;
  const data = `${rows} rows of 14 columns, ${(frameBytes / 1e6).toFixed(0)} MB, snappy, two threads`;
  console.log(`${JSON.stringify(machine)}\n${data}`);
  for (const [way, all] of usages) console.log(usageLine(way, all));
  const measures = measuresOf(usages);
  for (const one of measures) console.log(measureLine(one));
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `frame-${machine.date.slice(0, 10)}.json`);
  const record = { machine, data, rows, results: Object.fromEntries(usages), measures };
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
  if (measures.some(isMissed)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
