/** One process of the fuzzer of tables: does the runs it is sent, one after the other. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, WorkerMessage, WorkerOptions } from '#campaigns/fuzz/worker.ts';
import { peakBytes } from '#support/peak-bytes.ts';
import type { FuzzFormat } from './make-table.ts';
import { resultOf, TableFuzzer } from './table-run.ts';

function say(message: WorkerMessage): void {
  process.send?.(message);
}

const { seed, python, format }: WorkerOptions = JSON.parse(process.argv[2] ?? '{}');
const directory = await mkdtemp(join(tmpdir(), 'fuzz-tables-'));
const fuzzer = new TableFuzzer({ format: format as FuzzFormat, seed, python, directory });

async function doRun(run: number): Promise<void> {
  const read = await fuzzer.read(run);
  const peakRssBytes = peakBytes();
  say({ kind: 'read', run });
  const result = resultOf(read, await fuzzer.judge(read));
  say({ kind: 'done', result, peakRssBytes });
}

process.on('message', async ({ from, to }: Batch) => {
  for (let run = from; run < to; run++) await doRun(run);
});
process.on('disconnect', async () => {
  fuzzer.close();
  await rm(directory, { recursive: true });
  process.exit();
});
say({ kind: 'ready' });
