import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissed, measureLine } from '#bench/encode/goals.ts';
import { thisMachine } from '#bench/machine.ts';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { compareUploads } from './compare-uploads.ts';
import { caseLine, fits, REUSES, runCase, runReused, type WriterCase } from './writer-case.ts';

/**
 * `npm run bench:writer`: one deployed writer over HTTPS on loopback; exits 1 if a "must" is
 * missed.
 */
const RESULTS = path.join(import.meta.dirname, '../results');

/** Goal for the whole process of one writer, whatever the chunk's rows and columns, bytes. */
const MAX_RSS_BYTES = 160e6;

/**
 * Plain text of 1, 5 and 20 GB: about five minutes in all on two quiet cores, and 25 GB of disk.
 */
const COLUMNS = [10_000, 50_000, 200_000];

const machine = thisMachine();
console.log(JSON.stringify(machine));

const uploads = await compareUploads();
for (const measure of uploads) console.log(measureLine(measure));

const writers: WriterCase[] = [];
for (const columns of COLUMNS) {
  for (const compression of COMPRESSIONS) {
    const figures = await runCase(columns, compression);
    writers.push(figures);
    console.log(caseLine(figures, MAX_RSS_BYTES));
  }
}

const reused = await runReused(COLUMNS[0]!);
console.log(
  `the last of ${REUSES} chunks, plain and gzip in turn: ${caseLine(reused, MAX_RSS_BYTES)}`,
);
const rate = reused.textBytes / reused.writerSeconds / 1e6;
const ofBare = 'fetch + encode + PUT ÷ bare HTTPS PUT';
uploads.push({ data: 'writer, plain', measure: ofBare, value: rate / uploads[0]!.value });
console.log(measureLine(uploads.at(-1)!));

await mkdir(RESULTS, { recursive: true });
const file = path.join(RESULTS, `writer-${machine.date.slice(0, 10)}.json`);
await writeFile(file, `${JSON.stringify({ machine, uploads, writers, reused }, undefined, 2)}\n`);

const isKept = uploads.every((measure) => !isMissed(measure));
const allFit = [...writers, reused].every((figures) => fits(figures, MAX_RSS_BYTES));
process.exitCode = isKept && allFit ? 0 : 1;
