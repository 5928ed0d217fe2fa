import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Goal, isMissed, type Measure, measureLine } from './goals.ts';
import { type EncodeCase, measureCase } from './measure-case.ts';
import { measureColumnGrowth, measureRowGrowth } from './measure-growth.ts';

/** Measures the encoders against their goals; exits 1 if a "must" is missed. */
const RESULTS = path.join(import.meta.dirname, '../results');

const higher = (must: number, aim: number): Goal => ({ must, aim, better: 'higher' });
const lower = (must: number, aim: number): Goal => ({ must, aim, better: 'lower' });

const CASES: readonly EncodeCase[] = [
  {
    name: 'counts 1k',
    columns: 1000,
    entriesPerRow: 42.6,
    values: 'counts',
    rowBytes: 2001,
    copyGoal: higher(0.45, 0.9),
    gzipSpeedGoal: higher(3, 5),
    gzipSizeGoal: lower(1.1, 1),
  },
  {
    name: 'counts 10k',
    columns: 10_000,
    entriesPerRow: 60.7,
    values: 'counts',
    rowBytes: 20_002,
    copyGoal: higher(0.7, 0.9),
    gzipSpeedGoal: higher(10, 15),
    gzipSizeGoal: lower(1, 0.9),
  },
  {
    name: 'counts 50k',
    columns: 50_000,
    entriesPerRow: 66.9,
    values: 'counts',
    rowBytes: 100_002,
    copyGoal: higher(0.9, 0.95),
    gzipSpeedGoal: higher(30, 50),
    gzipSizeGoal: lower(1, 0.9),
  },
  {
    name: 'TF-IDF 10k',
    columns: 10_000,
    entriesPerRow: 60.7,
    values: 'tf-idf',
    rowBytes: 41_000,
    gzipSpeedGoal: higher(3, 5),
    gzipSizeGoal: lower(1, 0.9),
  },
];

const machine = {
  date: new Date().toISOString(),
  cpu: os.cpus()[0]?.model,
  cores: os.cpus().length,
  load: os.loadavg()[0],
  node: process.version,
  v8: process.versions.v8,
  zlib: process.versions.zlib,
};

const data = `made-up document-term matrices, about 63 MB of text each: ${CASES.map(
  ({ name, columns, entriesPerRow }) =>
    `${name} (${columns} columns, ${entriesPerRow} entries a row)`,
).join(', ')}`;

process.stdout.write(`${JSON.stringify(machine)}\n${data}\nvalue, quartiles, goal:\n`);
const measures: Measure[] = [];
const questions = [
  ...CASES.map((encodeCase) => () => measureCase(encodeCase)),
  measureColumnGrowth,
  measureRowGrowth,
];
for (const measure of questions) {
  for (const result of measure()) {
    measures.push(result);
    process.stdout.write(`${measureLine(result)}\n`);
  }
}

await mkdir(RESULTS, { recursive: true });
const file = path.join(RESULTS, `encode-${machine.date.slice(0, 10)}.json`);
await writeFile(file, `${JSON.stringify({ machine, data, measures }, undefined, 2)}\n`);

const missed = measures.filter(isMissed);
process.stdout.write(`${missed.length} of the goals missed\n`);
process.exitCode = missed.length > 0 ? 1 : 0;
