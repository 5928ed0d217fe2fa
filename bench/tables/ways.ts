import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '@sparse-fanout/engine/bundle-functions.ts';
import { build } from 'esbuild';
import type { Goal } from '#bench/encode/goals.ts';
import { SCHEMA } from './columns.ts';
import type { SourceFormat } from './plan-slices.ts';
import { FUNCTIONS } from './transform.ts';

/** One way of converting a table from files to Parquet in zstd: a process. */
export interface Way {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it prints what it used, since it starts more than what is measured. */
  readonly reportsUsage?: true;
}

/** Ours, whose figures those of the others are divided by. */
export const OURS = 'sparse-fanout';

/** Ours as it is deployed, which the goals are about. */
export const OURS_IN_STACK = 'S3 to S3';

/** Options of Node with which Lambda starts our functions. */
const NODE = [process.execPath, '--max-semi-space-size=2'] as const;

const OUR_SCRIPT = fileURLToPath(import.meta.resolve('./ours.ts'));

const FUNCTIONS_FILE = path.join(
  import.meta.dirname,
  '../../support/tables/transform-functions.ts',
);

/** Ours, file to file, bundled into a folder as a deployed function is. */
export async function ourWay(folder: string): Promise<Way> {
  const outfile = path.join(folder, 'ours.mjs');
  await build({
    ...{ entryPoints: [OUR_SCRIPT], outfile, bundle: true, minify: true, logLevel: 'error' },
    ...{ platform: 'node', format: 'esm', mainFields: ['module', 'main'] },
  });
  const { text } = bundleFunctions(FUNCTIONS, FUNCTIONS_FILE);
  await writeFile(path.join(folder, `${FUNCTIONS}.js`), text);
  return { name: OURS, command: [...NODE, outfile, 'plain'] };
}

/** The same table transformed by us, file to file, and by Polars. */
export function transformWays({ command }: Way, python: string): readonly [ours: Way, peer: Way] {
  const script = path.join(import.meta.dirname, 'polars_transformed.py');
  return [
    { name: `${OURS}, transformed`, command: command.with(-1, 'transformed') },
    { name: 'polars, transformed', command: [python, script] },
  ];
}

/** The writers of the deployed stack on this machine, from S3 to S3. */
export const STACK_WAY: Way = {
  name: OURS_IN_STACK,
  command: [process.execPath, fileURLToPath(import.meta.resolve('./stack-writer.ts')), 'plain'],
  reportsUsage: true,
};

const PEERS = ['duckdb', 'polars', 'pyarrow', 'pandas', 'spark'] as const;

/** The others, each by its own script. */
export function peerWays(python: string): readonly Way[] {
  return PEERS.map((name) => {
    return { name, command: [python, path.join(import.meta.dirname, `${name}_peer.py`)] };
  });
}

/** The command of a way for one format: it converts files into a folder. */
export function commandOf(
  { command }: Way,
  format: SourceFormat,
  out: string,
  files: readonly string[],
): readonly string[] {
  return [...command, format, JSON.stringify(SCHEMA), out, ...files];
}

function atLeast(must: number, aim: number): Goal {
  return { must, aim, better: 'higher' };
}

/** CPU seconds of each peer divided by ours. */
export const SPEED_GOALS: Readonly<Record<SourceFormat, Readonly<Record<string, Goal>>>> = {
  csv: {
    duckdb: atLeast(0.85, 0.95),
    polars: atLeast(0.85, 1),
    pyarrow: atLeast(0.8, 1),
    pandas: atLeast(1, 1.3),
    spark: atLeast(3.5, 5),
  },
  jsonl: {
    polars: atLeast(0.85, 1),
    pyarrow: atLeast(1.5, 2),
    pandas: atLeast(4, 5),
    spark: atLeast(5, 8),
  },
  parquet: { polars: atLeast(0.75, 1), pyarrow: atLeast(0.9, 1) },
};

/** Peak memory of ours, in MB. */
export const MEMORY_GOAL: Goal = { must: 450, aim: 350, better: 'lower' };

/** The same divided by that at a quarter of the rows. */
export const GROWTH_GOAL: Goal = { must: 1.25, aim: 1.1, better: 'lower' };
