import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { thisMachine } from '#bench/machine.ts';
import { CASES_TEXT, encodeCases } from './cases.ts';
import { isMissed, type Measure, measureLine } from './goals.ts';
import { measureCase } from './measure-case.ts';
import { measureColumnGrowth, measureRowGrowth } from './measure-growth.ts';
import { measureMixed } from './measure-mixed.ts';
import { measureSweep, SWEEP_TITLE, type SweepCell, sweepLine } from './measure-sweep.ts';

/** Measures the encoders against their goals; exits 1 if a "must" is missed. */
const RESULTS = path.join(import.meta.dirname, '../results');

const machine = {
  ...thisMachine(),
  v8: process.versions.v8,
  zlib: process.versions.zlib,
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const measures: Measure[] = [];

function keep(some: readonly Measure[]): void {
  measures.push(...some);
  for (const measure of some) say(measureLine(measure));
}

say(`${JSON.stringify(machine)}\n${CASES_TEXT}\nvalue, quartiles, goal:`);
for await (const encodeCase of encodeCases()) keep(measureCase(encodeCase));
keep(measureMixed());
keep(measureColumnGrowth());
keep(measureRowGrowth());

say(`the same by density, 16 MB of text each:\n${SWEEP_TITLE}`);
const sweep: SweepCell[] = [];
for (const cell of measureSweep()) {
  sweep.push(cell);
  say(sweepLine(cell));
}

await mkdir(RESULTS, { recursive: true });
const file = path.join(RESULTS, `encode-${machine.date.slice(0, 10)}.json`);
await writeFile(
  file,
  `${JSON.stringify({ machine, data: CASES_TEXT, measures, sweep }, undefined, 2)}\n`,
);

const missed = measures.filter(isMissed);
process.stdout.write(`${missed.length} of the goals missed\n`);
process.exitCode = missed.length > 0 ? 1 : 0;
