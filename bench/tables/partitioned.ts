import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Goal, Measure } from '#bench/encode/goals.ts';
import { median } from '#bench/encode/measure.ts';
import { measured, run, type Usage } from './run-way.ts';
import { commandOf, STACK_WAY, type Way } from './ways.ts';

/** What the files of a partitioned table are like. */
interface Found {
  readonly files: number;
  /** Of sizes that are not 0.4 to 2 times the target, but those of smaller partitions. */
  readonly outside: number;
  /** Rows of a partition before which a later one lies. */
  readonly descents: number;
}

/** How one way partitioned the table. */
export interface Partitioned {
  readonly name: string;
  readonly usages: readonly Usage[];
  /** Of what is partitioned. */
  readonly found?: Found;
}

/** What a table is partitioned with. */
interface PartitionOptions {
  readonly folder: string;
  readonly python: string;
  readonly rows: number;
  readonly csv: string;
  readonly repetitions: number;
}

/** Ours, whose figures those of the others are divided by. */
const OURS = 'S3 to S3, partitioned';
const SPARK = 'spark by range and hash';

const PEERS = {
  [SPARK]: 'spark_range.py',
  'spark, rebalanced': 'spark_rebalance.py',
  polars: 'polars_partitioned.py',
  duckdb: 'duckdb_partitioned.py',
} as const;

const here = (name: string) => path.join(import.meta.dirname, name);

function ways(python: string): readonly Way[] {
  const peers = Object.entries(PEERS).map(([name, script]) => {
    return { name, command: [python, here(script)] };
  });
  const { command } = STACK_WAY;
  return [
    { ...STACK_WAY, name: OURS, command: command.with(-1, 'partitioned') },
    STACK_WAY,
    ...peers,
  ];
}

/**
 * Partitions the table by its days, of which one has most rows, by each way in turn; and converts
 * it by ours without that.
 */
export async function measurePartitioned({
  folder,
  python,
  rows,
  csv,
  repetitions,
}: PartitionOptions): Promise<readonly Partitioned[]> {
  const all = ways(python);
  const usages = all.map((): Usage[] => []);
  const found: Found[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const [at, way] of all.entries()) {
      const out = path.join(folder, `out-${way.name}`);
      await rm(out, { recursive: true, force: true });
      const command = commandOf(way, 'csv', out, [csv]);
      const usage = way.reportsUsage
        ? JSON.parse(await run(command))
        : await measured(python, command);
      usages[at]!.push(usage);
      if (repetition > 0 || way === STACK_WAY) continue;
      found[at] = JSON.parse(await run([python, here('check_partitions.py'), out, String(rows)]));
    }
  }
  return all.map(({ name }, at) => {
    return { name, usages: usages[at]!, ...(found[at] && { found: found[at] }) };
  });
}

const SPEED_GOALS: Readonly<Record<string, Goal>> = {
  [STACK_WAY.name]: { must: 0.5, aim: 0.7, better: 'higher' },
  [SPARK]: { must: 1.8, aim: 3, better: 'higher' },
};
const NONE: Goal = { must: 0, aim: 0, better: 'lower' };

/** CPU of each other way divided by that of ours, and what became of the rows and sizes. */
export function partitionMeasures(all: readonly Partitioned[]): readonly Measure[] {
  const [ours, ...others] = all as readonly [Partitioned, ...Partitioned[]];
  const speed = others.map(({ name, usages }): Measure => {
    const ratios = usages.map(({ cpuSeconds }, at) => cpuSeconds / ours.usages[at]!.cpuSeconds);
    const goal = SPEED_GOALS[name];
    return {
      ...{ data: 'folders', measure: `CPU of ${name} ÷ ours, ${OURS}`, value: median(ratios) },
      quartiles: [Math.min(...ratios), Math.max(...ratios)],
      ...(goal && { goal }),
    };
  });
  const { outside, descents } = ours.found!;
  const kept: readonly Measure[] = [
    { data: 'folders', measure: 'files of ours outside the range', value: outside, goal: NONE },
    { data: 'folders', measure: 'rows of ours out of order', value: descents, goal: NONE },
  ];
  return [...speed, ...kept];
}

/** What a way made of the rows, in a line; nothing where it did not partition them. */
export function foundLine({ found }: Partitioned): string {
  if (found === undefined) return '';
  const { files, outside, descents } = found;
  return `\n  ${files} files, ${outside} outside 0.4 to 2 times the target, ${descents} descents`;
}
