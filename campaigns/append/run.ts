/**
 * `npm run campaign -- append`: three batches, with a crash at every write, and two of them racing.
 */
import { Command, Option } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import type { BatchForm } from '#support/batch-form.ts';
import { BATCH_COUNT, BatchedOutput, type BatchKind } from '#support/batched-output.ts';
import type { Call } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { matrixBatches } from '#support/matrix-batches.ts';
import { partitionBatches } from '#support/tables/partition-batches.ts';
import { tableBatches } from '#support/tables/table-batches.ts';
import { crashOnce, MOMENTS, raceOnce, twinsOnce, writesOf } from './crashes.ts';
import { LOAD_KINDS } from './load-room.ts';
import { runLoads } from './run-loads.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

let failures = 0;

/** Writes at which processes died. */
let crashed = 0;

/** Reports a failure and goes on. */
async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    failures += 1;
    say(`FAILED ${what}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

function nameOf({ name, subject }: Call): string {
  return `${name} ${subject.replace(/^\w+\//, '')}`;
}

async function crashEverywhere(
  services: LocalServices,
  batch: number,
  writes: readonly Call[],
  kind: BatchKind,
): Promise<void> {
  for (const [write, call] of writes.entries()) {
    for (const moment of MOMENTS) {
      const what = `batch ${batch + 1}, ${moment} ${nameOf(call)}`;
      await attempt(what, () => crashOnce(services, { batch, write, moment }, kind));
    }
    say(`batch ${batch + 1}: before and after ${nameOf(call)}, and with its answer lost`);
  }
}

async function raceEverywhere(
  services: LocalServices,
  writes: readonly Call[],
  kind: BatchKind,
): Promise<void> {
  for (const [write, call] of writes.entries()) {
    const what = `batch 3 all at once, while batch 2 is before ${nameOf(call)}`;
    const winner = await attempt(what, () => raceOnce(services, write, kind));
    if (winner !== undefined) say(`${what}: batch ${winner + 1} won`);
  }
}

async function twinsEverywhere(
  services: LocalServices,
  writes: readonly Call[],
  kind: BatchKind,
): Promise<void> {
  for (const [write, call] of writes.entries()) {
    const what = `batch 2 by a twin, while batch 2 is before ${nameOf(call)}`;
    await attempt(what, () => twinsOnce(services, write, kind));
    say(what);
  }
}

const options = new Command('npm run campaign -- append')
  .description('add three batches, with a crash at every write, and two of them racing')
  .option('--gzip', 'compress by gzip')
  .option('--overwrite', 'each batch replaces the one before')
  .option('--partitions', 'each batch replaces the partitions that it has of those before')
  .option('--append', 'of partitions: each batch adds to them')
  .option('--tables <format>', 'tables that become such files, instead of matrices')
  .option('--iceberg', 'with metadata of Iceberg, which tables of Parquet may have')
  .addOption(
    new Option('--loads [kind]', 'of a PostgreSQL alone, of one kind or of all').choices(
      LOAD_KINDS.map(({ name }) => name),
    ),
  )
  .option('--batch <n>', 'crash in this batch alone, from 1', parseCount)
  .parse()
  .opts<{
    readonly gzip?: true;
    readonly overwrite?: true;
    readonly partitions?: true;
    readonly append?: true;
    readonly tables?: string;
    readonly iceberg?: true;
    readonly loads?: string | true;
    readonly batch?: number;
  }>();
const { gzip, overwrite, partitions, append, tables, iceberg, loads, batch: onlyBatch } = options;

function formOf(): BatchForm {
  const companions = iceberg ? ['iceberg'] : [];
  if (partitions) return partitionBatches(modeOf(), companions);
  const compression = gzip === true ? 'gzip' : 'none';
  return tables === undefined
    ? matrixBatches(compression)
    : tableBatches({ format: tables, compression, ...(iceberg && { companions }) });
}

function modeOf(): BatchKind['mode'] {
  if (overwrite === true) return 'overwrite';
  return partitions && append !== true ? 'overwrite-partitions' : 'append';
}

async function runBatches(): Promise<void> {
  const kind: BatchKind = { form: formOf(), mode: modeOf() };
  const services = await startLocalServices();
  try {
    const output = new BatchedOutput(services, 'writes', kind);
    const writes: (readonly Call[])[] = [];
    for (let batch = 0; batch < BATCH_COUNT; batch += 1) {
      writes.push(await writesOf(services, output, batch));
    }
    for (const [batch, calls] of writes.entries()) {
      if (onlyBatch !== undefined && batch + 1 !== onlyBatch) continue;
      crashed += calls.length;
      await crashEverywhere(services, batch, calls, kind);
    }
    await raceEverywhere(services, writes[1]!, kind);
    await twinsEverywhere(services, writes[1]!, kind);
    const { length } = writes[1]!;
    say(`${crashed} writes x ${MOMENTS.length} crashes, ${length} races, ${length} twins`);
  } finally {
    await services.close();
  }
}

if (loads === undefined) {
  await runBatches();
} else {
  const kinds = LOAD_KINDS.filter(({ name }) => loads === true || loads === name);
  await runLoads({ kinds, batch: onlyBatch }, { say, attempt });
}
say(`${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
