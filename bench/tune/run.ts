/**
 * `npm run tune:writer`: the same chunks with writers of several sizes, in a real account, by the
 * AWS CLI. Prints seconds and dollars of each size.
 */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { ONE_VCPU_MIB, WRITER_MIB } from '#core/contract.ts';
import type { SizeFigures } from './reports.ts';
import { tune } from './tune.ts';
import { findWriter } from './writer.ts';

const POLL_MILLISECONDS = 5_000;

const options = new Command('npm run tune:writer --')
  .description('measure what chunks cost with writers of several sizes, in your account')
  .requiredOption('--request <file>', 'JSON of a request that writes a few typical chunks')
  .option('--stack <name>', 'of CloudFormation', 'SparseFanout')
  .option('--sizes <MiB…>', 'separated by commas', `${WRITER_MIB.least},1024,${ONE_VCPU_MIB}`)
  .parse(process.argv)
  .opts<{ readonly request: string; readonly stack: string; readonly sizes: string }>();

function line({ memoryMiB, chunks, billedSeconds, slowestSeconds, usedMiB, usd }: SizeFigures) {
  const seconds = `${(billedSeconds / chunks).toFixed(1)} s a chunk, ${slowestSeconds.toFixed(1)} s the slowest`;
  return `${String(memoryMiB).padStart(6)} MB  ${chunks} chunks, ${seconds}, ${usedMiB} MB used, $${usd.toFixed(6)}`;
}

const writer = await findWriter(options.stack);
const prefix = `tune-${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)}/`;
const tuning = {
  request: JSON.parse(await readFile(options.request, 'utf8')),
  sizes: options.sizes.split(',').map(Number),
  ...{ prefix, pollMilliseconds: POLL_MILLISECONDS },
};
try {
  for await (const figures of tune(writer, tuning)) console.log(line(figures));
} finally {
  console.log(`remove the chunks: aws s3 rm --recursive s3://${writer.outputBucket}/${prefix}`);
}
