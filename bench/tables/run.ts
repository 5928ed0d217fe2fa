import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { digits, isMissed, type Measure, measureLine } from '#bench/encode/goals.ts';
import { median } from '#bench/encode/measure.ts';
import { thisMachine } from '#bench/machine.ts';
import { pythonWith } from '#bench/peers/environment.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { makeCsv, makeJsonl } from './make-sources.ts';
import { foundLine, measurePartitioned, partitionMeasures } from './partitioned.ts';
import type { SourceFormat } from './plan-slices.ts';
import { loadLine, loadMeasures, measureLoads } from './postgres/measure-loads.ts';
import { measured, run, type Usage } from './run-way.ts';
import {
  commandOf,
  GROWTH_GOAL,
  MEMORY_GOAL,
  OURS,
  OURS_IN_STACK,
  ourWay,
  peerWays,
  SPEED_GOALS,
  STACK_WAY,
  transformWays,
  type Way,
} from './ways.ts';

/** `npm run bench:tables`: the same table converted to Parquet by us and by others. */
const FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout/tables');
const RESULTS = path.join(import.meta.dirname, '../results');
const COMPARE = path.join(import.meta.dirname, 'compare.py');

/** 1.2 GB of CSV. */
const DEFAULT_ROWS = 6_000_000;
const DEFAULT_REPETITIONS = 3;
/** JSON lines have so many times fewer rows: pandas needs 6 GB for a million in one frame. */
const JSONL_SHARE = 5;
/** A database gets so many times fewer rows: 400 MB, for which it takes ten seconds or more. */
const LOADED_SHARE = 3;
/** What is measured: conversions from each format, folders of a table, and loads of a database. */
const PARTS = ['csv', 'jsonl', 'parquet', 'folders', 'postgres'] as const;
/** The smaller size at which the memory is measured too. */
const SMALLER = 4;

const command = new Command('bench:tables')
  .description('convert the same table to Parquet with other programs and compare CPU time')
  .option('--rows <n>', 'of the table', parseCount, DEFAULT_ROWS)
  .option('--repetitions <n>', 'of each measurement', parseCount, DEFAULT_REPETITIONS)
  .addOption(new Option('--only <part>', 'of the measurements').choices(PARTS))
  .parse();
const { rows, repetitions, only } = command.opts<{
  rows: number;
  repetitions: number;
  only?: (typeof PARTS)[number];
}>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const python = await pythonWith('tables-venv', path.join(import.meta.dirname, 'requirements.txt'));
const ours = await ourWay(FOLDER);
const ways = [ours, STACK_WAY, ...peerWays(python)];

function outOf({ name }: Way): string {
  return path.join(FOLDER, `out-${name}`);
}

/** Parquet as PyArrow makes it of the CSV, with its own row groups. */
async function makeParquet(csv: string): Promise<string> {
  const folder = `${csv}.parquet`;
  const pyarrow = ways.find(({ name }) => name === 'pyarrow')!;
  await run(commandOf(pyarrow, 'csv', folder, [csv]));
  return path.join(folder, 'out.parquet');
}

async function sourcesOf(format: SourceFormat, count: number): Promise<readonly string[]> {
  if (format === 'jsonl') return await makeJsonl(FOLDER, Math.ceil(count / JSONL_SHARE));
  const csv = await makeCsv(FOLDER, count);
  return format === 'csv' ? [csv] : [await makeParquet(csv)];
}

async function measure(way: Way, format: SourceFormat, files: readonly string[]): Promise<Usage> {
  const out = outOf(way);
  await rm(out, { recursive: true, force: true });
  const command = commandOf(way, format, out, files);
  return way.reportsUsage ? JSON.parse(await run(command)) : await measured(python, command);
}

/**
 * Ways in turn, so that other work of the machine affects all of them equally.
 *
 * @param ways the first one is ours.
 */
async function measureAll(ways: readonly Way[], format: SourceFormat, files: readonly string[]) {
  const usages = new Map<string, Usage[]>(ways.map(({ name }) => [name, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const way of ways) {
      usages.get(way.name)!.push(await measure(way, format, files));
      // What it wrote counts only if it is what ours wrote.
      if (repetition === 0) await run([python, COMPARE, outOf(ways[0]!), outOf(way)]);
    }
  }
  return usages;
}

type Usages = ReadonlyMap<string, readonly Usage[]>;

/** CPU time of each peer divided by that of ours, file to file or from S3 to S3. */
function speedMeasures(
  format: SourceFormat,
  usages: Usages,
  base: typeof OURS | typeof OURS_IN_STACK,
): readonly Measure[] {
  const own = usages.get(base)!;
  return [...usages].flatMap(([name, theirs]) => {
    if (name === OURS || name === OURS_IN_STACK) return [];
    const ratios = theirs.map(({ cpuSeconds }, turn) => cpuSeconds / own[turn]!.cpuSeconds);
    const goal = SPEED_GOALS[format][name];
    return {
      data: format,
      measure: `CPU of ${name} ÷ ours, ${base === OURS ? 'file to file' : base}`,
      value: median(ratios),
      quartiles: [Math.min(...ratios), Math.max(...ratios)],
      ...(goal && { goal }),
    };
  });
}

/** What a transform costs: the same run with it ÷ without, and Polars ÷ ours, both with it. */
function transformMeasures(
  format: SourceFormat,
  usages: Usages,
  transformed: Usages,
): readonly Measure[] {
  const [own, peer] = [...transformed.values()].map((all) => median(all.map((u) => u.cpuSeconds)));
  const plain = median(usages.get(OURS)!.map(({ cpuSeconds }) => cpuSeconds));
  return [
    { data: format, measure: 'CPU of ours with a transform ÷ without', value: own! / plain },
    { data: format, measure: 'CPU of polars ÷ ours, both with it', value: peer! / own! },
  ];
}

/** The peak of a way of ours for the whole table, and its growth over that of a part of it. */
async function memoryMeasures(
  format: SourceFormat,
  usages: Usages,
  way: Way,
): Promise<readonly Measure[]> {
  const files = await sourcesOf(format, Math.ceil(rows / SMALLER));
  const smaller = (await measure(way, format, files)).peakRssBytes;
  const peak = Math.max(...usages.get(way.name)!.map(({ peakRssBytes }) => peakRssBytes));
  const name = way === ours ? 'file to file' : way.name;
  return [
    {
      data: format,
      measure: `peak RSS of ours, ${name}, MB`,
      value: peak / 1e6,
      goal: MEMORY_GOAL,
    },
    {
      data: format,
      measure: `the same ÷ that of 1/${SMALLER} of the rows, ${name}`,
      value: peak / smaller,
      goal: GROWTH_GOAL,
    },
  ];
}

function usageLine(format: string, name: string, all: readonly Usage[]): string {
  const of = (figure: keyof Usage) => all.map((usage) => usage[figure]).sort((a, b) => a - b);
  const cpu = of('cpuSeconds');
  return [
    format.padEnd(8),
    name.padEnd(26),
    `${digits(median(cpu))} s CPU`.padStart(12),
    `(${digits(cpu[0]!)} – ${digits(cpu.at(-1)!)})`.padStart(16),
    `${digits(median(of('seconds')))} s`.padStart(8),
    `${(median(of('peakRssBytes')) / 1e6).toFixed(0)} MB`.padStart(8),
  ].join('  ');
}

const machine = thisMachine();
const data = `${rows} made-up rows of 20 columns; of JSON lines 1/${JSONL_SHARE} of them`;
say(`${JSON.stringify(machine)}\n${data}, to Parquet in zstd, one thread each`);
const measures: Measure[] = [];
const results: Record<string, Record<string, readonly Usage[]>> = {};
async function measureFormat(format: SourceFormat): Promise<void> {
  const files = await sourcesOf(format, rows);
  const usages = await measureAll(ways, format, files);
  const transformed = await measureAll(transformWays(ours, python), format, files);
  const all = [...usages, ...transformed];
  for (const [name, each] of all) say(usageLine(format, name, each));
  results[format] = Object.fromEntries(all);
  measures.push(...transformMeasures(format, usages, transformed));
  for (const base of [OURS, OURS_IN_STACK] as const) {
    measures.push(...speedMeasures(format, usages, base));
  }
  for (const way of [ours, STACK_WAY])
    measures.push(...(await memoryMeasures(format, usages, way)));
}

async function measureFolders(): Promise<void> {
  const csv = await makeCsv(FOLDER, rows);
  const all = await measurePartitioned({ folder: FOLDER, python, rows, csv, repetitions });
  for (const way of all) say(usageLine('folders', way.name, way.usages) + foundLine(way));
  results['folders'] = Object.fromEntries(all.map(({ name, usages }) => [name, usages]));
  measures.push(...partitionMeasures(all));
}

async function measurePostgres(): Promise<void> {
  const count = Math.ceil(rows / LOADED_SHARE);
  const csv = await makeCsv(FOLDER, count);
  const all = await measureLoads({ folder: FOLDER, python, csv, rows: count, repetitions, say });
  for (const way of all) say(loadLine(way));
  results['postgres'] = Object.fromEntries(all.map(({ name, usages }) => [name, usages]));
  measures.push(...loadMeasures(all));
}

for (const part of only === undefined ? PARTS : [only]) {
  if (part === 'folders') await measureFolders();
  else if (part === 'postgres') await measurePostgres();
  else await measureFormat(part);
}
for (const one of measures) say(measureLine(one));
await mkdir(RESULTS, { recursive: true });
const versions = (await run([python, '-m', 'pip', 'freeze'])).trim().split('\n');
const record = { machine, data, rows, repetitions, versions, results, measures };
const part = only === undefined ? '' : `${only}-`;
const file = path.join(RESULTS, `tables-${part}${machine.date.slice(0, 10)}.json`);
await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
if (measures.some(isMissed)) process.exitCode = 1;
