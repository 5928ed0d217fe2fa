/**
 * `npm run campaign -- cuts`: cuts a large CSV with many quoted newlines at random places, proves
 * the slices, and compares what they hold with what was written.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { withFile } from '#cli/sources/file-source.ts';
import { cutRecords } from '#support/tables/cut-texts.ts';
import { readCutFile } from './cut-file.ts';

/** Bytes of an ordinary record: 200 of text, and some of numbers, commas and the line end. */
const PADDING = 200;
const RECORD_BYTES = 205;

/** Records that are written at once. */
const BATCH = 10_000;

interface Options {
  readonly megabytes: number;
  readonly newlines: number;
  readonly places: number;
  readonly seed: number;
}

/** Writes the file. Returns what it holds. */
async function writeCutFile(path: string, { megabytes, newlines, seed }: Options) {
  const records = Math.ceil((megabytes * 1e6) / RECORD_BYTES);
  const newlineShare = Math.min(1, newlines / records);
  const hash = createHash('sha256');
  await using file = await open(path, 'w');
  let batch: string[] = [];
  let size = 0;
  const flush = async () => {
    const bytes = Buffer.from(batch.join(''));
    hash.update(bytes);
    size += bytes.length;
    await file.write(bytes);
    batch = [];
  };
  for (const record of cutRecords({ records, newlineShare, padding: PADDING, seed })) {
    if (batch.push(record) === BATCH) await flush();
  }
  await flush();
  return { records, bytes: size, sha256: hash.digest('hex') };
}

const options = new Command('npm run campaign -- cuts')
  .description('cut a CSV with quoted newlines at random places, and prove the slices')
  .option('--megabytes <n>', 'size of the file', parseCount, 1000)
  .option('--newlines <n>', 'records with quoted newlines', parseCount, 200_000)
  .option('--places <n>', 'where it is cut', parseCount, 1000)
  .option('--seed <n>', 'seed of the records and the places', parseCount, 1)
  .parse()
  .opts<Options>();

const directory = await mkdtemp(join(tmpdir(), 'cuts-'));
try {
  const path = join(directory, 'table.csv');
  const written = await writeCutFile(path, options);
  const started = performance.now();
  const read = await withFile(path, (source) => readCutFile(source, options.places, options.seed));
  const seconds = (performance.now() - started) / 1000;
  const isSame = read.records === written.records && read.sha256 === written.sha256;
  process.stdout.write(
    `${(written.bytes / 1e6).toFixed(0)} MB in ${read.slices} slices, ${read.records} of ${written.records} records, ${isSame ? 'the same bytes' : 'OTHER BYTES'}, ${seconds.toFixed(1)} s\n`,
  );
  process.exitCode = isSame ? 0 : 1;
} finally {
  await rm(directory, { recursive: true });
}
