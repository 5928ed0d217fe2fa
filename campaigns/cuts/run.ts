/**
 * `npm run campaign -- cuts`: cuts a large CSV with many quoted newlines at random places, proves
 * the slices, and compares what they hold with what was written, and with DuckDB's own single read.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { withFile } from '#cli/sources/file-source.ts';
import { cutRecords } from '#support/tables/cut-texts.ts';
import { readCutFile } from './cut-file.ts';
import { DuckDbRows } from './duckdb-rows.ts';

/** Bytes of an ordinary record: 200 of text, and some of numbers, commas and the line end. */
const PADDING = 200;
const RECORD_BYTES = 205;

/** Half of what a function of the table wing has. */
const MEMORY_BYTES = 884e6;

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

/** Reads the file in slices, and each slice by DuckDB. */
async function readSlices(path: string, engine: Engine, directory: string) {
  const rows = new DuckDbRows(engine, directory);
  const slice = join(directory, 'slice.csv');
  const started = performance.now();
  let ofDuckDb = 0;
  const read = await withFile(path, (source) =>
    readCutFile(source, options, async (text) => {
      const began = performance.now();
      await writeFile(slice, text);
      await rows.add(slice);
      ofDuckDb += performance.now() - began;
    }),
  );
  const seconds = (performance.now() - started - ofDuckDb) / 1000;
  return { ...read, seconds, ...rows.result(), textSha256: read.sha256 };
}

const directory = await mkdtemp(join(tmpdir(), 'cuts-'));
const engine = await openEngine({ directory, memoryBytes: MEMORY_BYTES });
try {
  const path = join(directory, 'table.csv');
  const written = await writeCutFile(path, options);
  const read = await readSlices(path, engine, directory);
  const whole = new DuckDbRows(engine, directory);
  await whole.add(path);
  const { rows, sha256 } = whole.result();
  const isSame = read.records === written.records && read.textSha256 === written.sha256;
  const isRead = rows === written.records && read.rows === rows && read.sha256 === sha256;
  process.stdout.write(
    `${(written.bytes / 1e6).toFixed(0)} MB in ${read.slices} slices, ${read.records} of ${written.records} records, ${isSame ? 'the same bytes' : 'OTHER BYTES'}, ${read.seconds.toFixed(1)} s\n` +
      `DuckDB reads ${rows} rows of the whole, ${read.rows} of the slices: ${isRead ? 'the same in the same order' : 'OTHER ROWS'}\n`,
  );
  process.exitCode = isSame && isRead ? 0 : 1;
} finally {
  engine.close();
  await rm(directory, { recursive: true });
}
