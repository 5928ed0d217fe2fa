import { open, readFile } from 'node:fs/promises';
import { encodeRows } from '#cli/encode-rows.ts';
import { withMatrix } from '#cli/sources/open-source.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import type { PeerReport } from './run-peer.ts';

/**
 * Writes all rows as one writer would, reading the matrix from its file each time, and prints the
 * times.
 */
const REPETITIONS = 3;

const [compression, source, out] = process.argv.slice(2) as [Compression, string, string];

async function writeAll(): Promise<number> {
  const asked = { locations: [source], options: {} };
  return await withMatrix(asked, new AbortController().signal, async ({ matrix }) => {
    const rows = matrix.shape[0];
    const text = { dialect: DEFAULT_DIALECT, compression };
    const file = await open(out, 'w');
    for await (const part of encodeRows(matrix, { rowStart: 0, rowEnd: rows }, text)) {
      await file.writeFile(part);
    }
    await file.close();
    return rows;
  });
}

async function peakRssBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024;
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
  peakRssBytes: await peakRssBytes(),
  versions: { node: process.version },
};
process.stdout.write(`${JSON.stringify(report)}\n`);
