import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPRESSIONS } from '#core/encode/compression.ts';
import { describeWriter, runOneWriter } from './one-writer.ts';
import { rawPutRate } from './raw-put.ts';

/** Goal for the whole process of one writer, whatever the chunk's rows and columns, bytes. */
const MAX_RSS_BYTES = 160e6;

/** Plain text of 1, 5 and 20 GB: about five minutes in all on two quiet cores, and 25 GB of disk. */
const COLUMNS = [10_000, 50_000, 200_000];

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-raw-'));
const raw = await rawPutRate(directory, 1e9);
await rm(directory, { recursive: true });
console.log(`bare HTTPS PUT on loopback: ${(raw / 1e6).toFixed(0)} MB/s`);

for (const columns of COLUMNS) {
  for (const compression of COMPRESSIONS) {
    const figures = await runOneWriter(columns, compression);
    const [line, fits] = describeWriter(figures, MAX_RSS_BYTES);
    const share = figures.textBytes / figures.seconds / raw;
    console.log(`${line}; text at ${share.toFixed(2)} of a bare PUT`);
    if (!fits) process.exitCode = 1;
  }
}
