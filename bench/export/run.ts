import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { isMissed, type Measure, measureLine } from '#bench/encode/goals.ts';
import { median } from '#bench/encode/measure.ts';
import { thisMachine } from '#bench/machine.ts';
import { pythonWith } from '#bench/peers/environment.ts';
import { benchMatrices } from '#bench/peers/matrices.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { AllCores } from './all-cores.ts';
import { COPIES, type ExportCase, exportCases } from './cases.ts';
import { catSeconds, command, isSameOutput } from './commands.ts';
import { LIBRARIES, type LibraryResult, runLibrary } from './libraries.ts';

/** `npm run bench:export`: matrices straight to disk with all cores, by us and by others. */
const FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout/peers');
const RESULTS = path.join(import.meta.dirname, '../results');

/** Of what all cores encode, and of what the disk takes; the less of both has to be reached. */
const ENCODED_SHARE = 0.8;
const DISK_SHARE = 0.9;

const options = new Command('bench:export')
  .description('write the same matrices with all cores and compare with encoding, cat and others')
  .option('--turns <n>', 'of each measurement', parseCount, 5)
  .option('--only <pattern>', 'of the names of the cases', '')
  .parse()
  .opts<{ turns: number; only: string }>();

/** Seconds of one turn; the ways take turns, so other work of the machine affects all of them. */
interface Turn {
  readonly encode: number;
  readonly ours: number;
  readonly cat: number;
}

/** What was measured of a case. */
interface CaseResult {
  readonly name: string;
  readonly load: number;
  readonly textBytes: number;
  readonly bytes: number;
  readonly turns: readonly Turn[];
  readonly libraries: readonly (LibraryResult | { readonly failure: string })[];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function turnsOf(asked: ExportCase, out: string) {
  const cores = await AllCores.start(asked);
  const turns: Turn[] = [];
  let sizes = { bytes: 0, contentBytes: 0 };
  try {
    for (let turn = 0; turn < options.turns; turn += 1) {
      const encode = await cores.encode();
      const ended = await command(['export'], asked, out);
      const cat = await catSeconds(out);
      await rm(out, { recursive: true });
      turns.push({ encode, ours: ended.seconds, cat });
      sizes = ended;
    }
  } finally {
    await cores.close();
  }
  return { turns, bytes: sizes.bytes, textBytes: sizes.contentBytes };
}

/** Whether `local run` writes the same chunks. */
async function isAsLocal(asked: ExportCase, out: string): Promise<boolean> {
  const local = `${out}-local`;
  await command(['export'], asked, out);
  await command(['local', 'run'], asked, local);
  const isSame = await isSameOutput(out, local);
  await rm(out, { recursive: true });
  await rm(local, { recursive: true });
  return isSame;
}

async function librariesOf(python: string, asked: ExportCase, out: string) {
  const results: CaseResult['libraries'][number][] = [];
  for (const library of asked.times === 1 ? LIBRARIES : []) {
    const result = await runLibrary(python, library, asked, out).catch((error: Error) => ({
      failure: `${library}: ${error.message.split('\n').at(-2) ?? error.message}`,
    }));
    results.push(result);
  }
  return results;
}

/** Text per second of ours beside what is possible, and beside others. */
function measuresOf({ times, name }: ExportCase, result: CaseResult): Measure[] {
  const { turns, textBytes, libraries } = result;
  const of = (way: keyof Turn) => median(turns.map((turn) => turn[way]));
  const least = Math.max(of('encode') / ENCODED_SHARE, of('cat') / DISK_SHARE);
  const goal = { must: 1, aim: 1, better: 'higher' } as const;
  const rate = textBytes / of('ours');
  const line = (measure: string, value: number) => ({ data: name, measure, value });
  return [
    line('MB/s of text, the whole command', rate / 1e6),
    line('MB/s of text, all cores encoding alone', textBytes / of('encode') / 1e6),
    line('MB/s of text, cat and sync of the same files', textBytes / of('cat') / 1e6),
    {
      ...line('÷ the less of 0.8 encoding and 0.9 disk', least / of('ours')),
      ...(times > 1 && { goal }),
    },
    ...libraries.map((each) =>
      'failure' in each
        ? line(each.failure, 0)
        : line(`÷ ${each.library}, all cores`, rate / each.rate),
    ),
  ];
}

const python = await pythonWith('export-venv', path.join(import.meta.dirname, 'requirements.txt'));
const cases = exportCases(await benchMatrices(FOLDER), await benchMatrices(FOLDER, COPIES));
const machine = thisMachine();
say(JSON.stringify(machine));
const results: CaseResult[] = [];
const measures: Measure[] = [];
const folder = await mkdtemp(path.join(FOLDER, 'export-'));
try {
  for (const asked of cases.filter(({ name }) => new RegExp(options.only).test(name))) {
    const out = path.join(folder, 'out');
    const load = loadavg()[0]!;
    if (asked.times === 1 && !(await isAsLocal(asked, out))) {
      throw new Error(`${asked.name}: local run writes other chunks`);
    }
    const sized = await turnsOf(asked, out);
    const libraries = await librariesOf(python, asked, out);
    const result = { name: asked.name, load, ...sized, libraries };
    results.push(result);
    for (const measure of measuresOf(asked, result)) {
      measures.push(measure);
      say(measureLine(measure));
    }
  }
} finally {
  await rm(folder, { recursive: true });
}
if (options.only === '') {
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `export-${machine.date.slice(0, 10)}.json`);
  await writeFile(file, `${JSON.stringify({ machine, measures, results }, undefined, 2)}\n`);
}
if (measures.some(isMissed)) process.exitCode = 1;
