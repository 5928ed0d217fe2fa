/** `npm run campaign -- scale`: Plan and Finalize over a million chunks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { MAX_CHUNKS } from '#core/run/chunk-name.ts';
import { missedGoals } from './goals.ts';
import { measureSteps, type StepFigures } from './measure.ts';
import { ROWS_PER_CHUNK } from './shape.ts';

/** What S3 and DynamoDB take for a page. */
const LIST_MILLISECONDS = 150;
const QUERY_MILLISECONDS = 80;

function line({ step, cpuSeconds, wallSeconds, megabytes, calls }: StepFigures): string {
  const costs = [
    `${cpuSeconds.toFixed(1)} s of CPU`,
    `${wallSeconds.toFixed(1)} s`,
    `${megabytes.toFixed(0)} MB`,
  ];
  const counted = Object.entries(calls).map(([operation, count]) => `${count} ${operation}`);
  return `${step.padEnd(8)}  ${costs.join(', ')}; calls: ${counted.join(', ')}`;
}

const command = new Command('npm run campaign -- scale')
  .description('run Plan and Finalize over many chunks, and measure what they cost')
  .option('--chunks <n>', 'how many', parseCount, MAX_CHUNKS)
  .option('--list-ms <n>', 'what S3 takes for a page', Number, LIST_MILLISECONDS)
  .option('--query-ms <n>', 'what DynamoDB takes for a page', Number, QUERY_MILLISECONDS)
  .parse();
const { chunks, listMs, queryMs } = command.opts<{
  readonly chunks: number;
  readonly listMs: number;
  readonly queryMs: number;
}>();

const directory = await mkdtemp(join(tmpdir(), 'scale-'));
try {
  const rows = (chunks * ROWS_PER_CHUNK).toLocaleString('en-US');
  process.stdout.write(`${chunks.toLocaleString('en-US')} chunks of ${rows} rows\n`);
  const latencies = { listMilliseconds: listMs, queryMilliseconds: queryMs };
  for await (const step of measureSteps({ directory, chunks, ...latencies })) {
    process.stdout.write(`${line(step)}\n`);
    for (const sentence of missedGoals(step)) {
      process.stdout.write(`MISSED: ${sentence}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
