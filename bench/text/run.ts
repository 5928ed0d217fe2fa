import os from 'node:os';
import { memorySource } from '#core/bytes/memory-source.ts';
import { EntryReader } from '#core/sparse/formats/mtx/entry-reader.ts';
import { RowReader } from '#core/sparse/formats/svmlight/row-reader.ts';
import { openText, readLines } from '#core/text/text-source.ts';
import { TEXTS, type TextKind } from './texts.ts';

/**
 * Measures how fast text becomes numbers on one core; ends with 1 where it is slower than the goal.
 */
const GOAL_MB_PER_SECOND = 100;
const BYTES = 64 * 1024 * 1024;
const RUNS = 5;

/** Reads all entries of a text and returns how many there are. */
async function parse({ name, format }: TextKind, bytes: Uint8Array): Promise<number> {
  const text = await openText(memorySource(bytes, name));
  const mtx = new EntryReader(name, {
    shape: [20_000, 20_000],
    lines: 0,
    dtype: name === 'mtx integer' ? 'int64' : 'float64',
    isPattern: false,
    symmetry: 'general',
    end: 0,
  });
  const svmlight = new RowReader({ uri: name, labels: false, lowest: 0, shift: 0 });
  let entries = 0;
  for (let job = 0; job < text.jobs; job++) {
    for await (const block of readLines(text, job)) {
      if (format === 'svmlight') entries += svmlight.read(block).indices.length;
      else for (const { rows } of mtx.read(block)) entries += rows.length;
    }
  }
  return entries;
}

/** CPU time of the fastest run, so that other processes of the machine count little. */
async function measure(kind: TextKind): Promise<number> {
  const bytes = kind.make(BYTES);
  let best = Number.POSITIVE_INFINITY;
  let entries = 0;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    entries = await parse(kind, bytes);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  const rate = bytes.length / best;
  const nanoseconds = ((best * 1000) / entries).toFixed(0);
  const verdict = rate < GOAL_MB_PER_SECOND ? 'MISSED' : 'ok';
  console.log(
    `${kind.name.padEnd(36)} ${rate.toFixed(0).padStart(4)} MB/s  ${nanoseconds.padStart(3)} ns an entry  goal ${GOAL_MB_PER_SECOND}  ${verdict}`,
  );
  return rate;
}

console.log(`${os.cpus()[0]?.model}, node ${process.version}, load ${os.loadavg()[0]?.toFixed(1)}`);
for (const kind of TEXTS) {
  if ((await measure(kind)) < GOAL_MB_PER_SECOND) process.exitCode = 1;
}
