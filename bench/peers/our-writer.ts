import { writeFile } from 'node:fs/promises';
import type { Compression } from '#core/outputs/compression.ts';
import { OneWriter, type WriterFigures } from '#support/one-writer.ts';
import type { PeerReport } from './run-peer.ts';

/**
 * Writes all rows by one deployed writer from S3 to S3, over HTTPS on loopback. Prints the writer's
 * times from the ledger: fetch, encode and PUT. The peak is that of the writer's process.
 */
const REPETITIONS = 3;

/** V8 compiles code that runs often. Until then a chunk takes up to 1.5 times as long. */
const WARM_UPS = 6;

const [compression, source, out] = process.argv.slice(2) as [Compression, string, string];

const writer = await OneWriter.start(source);
try {
  for (let i = 0; i < WARM_UPS; i += 1) await writer.write(compression);
  const figures: WriterFigures[] = [];
  while (figures.length < REPETITIONS) figures.push(await writer.write(compression));
  const last = figures.at(-1)!;
  await writeFile(out, await writer.stack.read(last.chunk));
  const report: PeerReport = {
    rows: last.rows,
    seconds: figures.map(({ writerSeconds }) => writerSeconds),
    prepareSeconds: figures.map(() => 0),
    peakRssBytes: writer.peakRssBytes(),
    versions: { node: process.version },
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await writer.close();
}
