import { open } from 'node:fs/promises';
import { withSource } from '#cli/sources/with-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { peakBytes } from '#support/peak-bytes.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import type { PeerReport } from './run-peer.ts';

/**
 * Writes all rows as one writer would, reading the matrix from its file each time, and prints the
 * times.
 */
const REPETITIONS = 3;

const [compression, path, out] = process.argv.slice(2) as [Compression, string, string];

async function writeAll(): Promise<number> {
  const asked = { locations: [path], options: {} };
  return await withSource(asked, new AbortController().signal, async ({ source }) => {
    const [rows] = source.shape;
    const output = { ...PLAIN_CSV, compression };
    const chunk = { index: 0, rowStart: 0, rowEnd: rows };
    const file = await open(out, 'w');
    for await (const part of encodedBytes(source, chunk, output)) {
      await file.writeFile(part);
    }
    await file.close();
    return rows;
  });
}

let rows = await writeAll();
const seconds: number[] = [];
while (seconds.length < REPETITIONS) {
  const started = performance.now();
  rows = await writeAll();
  seconds.push((performance.now() - started) / 1000);
}
const report: PeerReport = {
  rows,
  seconds,
  prepareSeconds: seconds.map(() => 0),
  peakRssBytes: peakBytes(),
  versions: { node: process.version },
};
process.stdout.write(`${JSON.stringify(report)}\n`);
