import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FuzzInput } from './fuzz-input.ts';
import { createInput } from './fuzz-input.ts';
import { readRun } from './fuzz-run.ts';
import { Oracle, type Verdict } from './oracle.ts';
import { FUZZ_FOLDER, type PythonSide } from './python.ts';
import { GROUPS, loadSeeds } from './seeds.ts';

/**
 * Writes the objects of a run below `.sparse-fanout/fuzz/<seed>-<run>/` and returns that folder.
 */
async function saveInput({ run, objects }: FuzzInput, seed: number): Promise<string> {
  const folder = path.join(FUZZ_FOLDER, `${seed}-${run}`);
  await mkdir(folder, { recursive: true });
  for (const { name, bytes } of objects) await writeFile(path.join(folder, name), bytes);
  return folder;
}

/** Saves the sources of runs that ended badly. */
export async function saveRuns(
  runs: readonly number[],
  seed: number,
  side: PythonSide | undefined,
): Promise<void> {
  const seeds = loadSeeds(side?.seeds);
  for (const run of runs) await saveInput(createInput(seeds, seed, run), seed);
}

/** The first lines in which two texts differ. */
function firstDifference(ours: string, theirs: string): string[] {
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  const at = a.findIndex((text, index) => text !== b[index]);
  if (at < 0 && a.length === b.length) return ['the same rows'];
  const from = at < 0 ? a.length : at;
  return [
    `ours:   ${a.slice(from, from + 3).join(' | ')} (${a.length} lines)`,
    `theirs: ${b.slice(from, from + 3).join(' | ')} (${b.length} lines)`,
  ];
}

function verdictLines(verdict: Verdict, rows: string): string[] {
  if (verdict.end !== 'accepted') return [`libraries: ${verdict.end}: ${verdict.reason}`];
  return ['libraries: accepted', ...firstDifference(rows, verdict.rows ?? '')];
}

/** Does one run in this process and prints everything about it. */
export async function describeRun(
  run: number,
  seed: number,
  side: PythonSide | undefined,
): Promise<string[]> {
  const { input, reading, result } = await readRun(loadSeeds(side?.seeds), seed, run);
  const lines = [
    `run ${run}: ${input.group}, made of ${input.origin.name}, options ${JSON.stringify(input.options)}`,
    ...input.changes.map((change) => `  ${change}`),
    `saved in ${await saveInput(input, seed)}`,
    `${reading.end} in ${Math.round(result.milliseconds)} ms`,
    reading.end === 'accepted' ? reading.rows.slice(0, 200) : `${reading.name}: ${reading.message}`,
  ];
  if (side === undefined) return lines;
  const oracle = new Oracle(side.python);
  const format = reading.end === 'accepted' ? reading.format : GROUPS[input.group];
  const verdict = await oracle.judge(input, format, true);
  oracle.close();
  return [...lines, ...verdictLines(verdict, reading.end === 'accepted' ? reading.rows : '')];
}
