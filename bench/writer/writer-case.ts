import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Compression } from '#core/outputs/compression.ts';
import { OneWriter, type WriterFigures } from '#support/one-writer.ts';
import { ROWS, writeCounts } from './counts-file.ts';

/** One chunk, written by a fresh process. */
export interface WriterCase extends Omit<WriterFigures, 'chunk'> {
  readonly columns: number;
  readonly compression: Compression;
  readonly peakRssBytes: number;
}

async function withWriter<T>(columns: number, use: (writer: OneWriter) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-writer-'));
  try {
    const writer = await OneWriter.start(await writeCounts(directory, columns));
    try {
      return await use(writer);
    } finally {
      await writer.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Runs one chunk of {@link ROWS} rows through the deployed stack on this machine, by a fresh writer
 * process.
 */
export async function runCase(columns: number, compression: Compression): Promise<WriterCase> {
  return await withWriter(columns, async (writer) => {
    const { chunk: _, ...figures } = await writer.write(compression);
    return { columns, compression, ...figures, peakRssBytes: writer.peakRssBytes() };
  });
}

/** Chunks of the process that is used again and again. */
export const REUSES = 12;

/**
 * Lets one process write a chunk many times, every other time compressed, as Lambda keeps a
 * process; returns the last plain one.
 */
export async function runReused(columns: number): Promise<WriterCase> {
  return await withWriter(columns, async (writer) => {
    for (let i = 1; i < REUSES; i += 1) await writer.write(i % 2 === 0 ? 'none' : 'gzip');
    const { chunk: _, ...figures } = await writer.write('none');
    return { columns, compression: 'none', ...figures, peakRssBytes: writer.peakRssBytes() };
  });
}

/** Whether the writer stayed within `allowedBytes`. */
export function fits({ peakRssBytes }: WriterCase, allowedBytes: number): boolean {
  return peakRssBytes > 0 && peakRssBytes <= allowedBytes;
}

/** One line about a writer. */
export function caseLine(figures: WriterCase, allowedBytes: number): string {
  const { columns, compression, textBytes, storedBytes, writerSeconds, jobSeconds, peakRssBytes } =
    figures;
  const rate = textBytes / 1e6 / writerSeconds;
  const verdict = fits(figures, allowedBytes) ? 'ok' : 'TOO MUCH';
  return [
    `${ROWS} x ${columns} ${compression}: ${(textBytes / 1e9).toFixed(2)} GB of text`,
    `${(storedBytes / 1e6).toFixed(1)} MB stored`,
    `fetch + encode + PUT ${writerSeconds.toFixed(2)} s, ${rate.toFixed(0)} MB/s (with Plan and Finalize ${jobSeconds.toFixed(1)} s)`,
    `peak RSS ${(peakRssBytes / 1e6).toFixed(0)} MB of ${allowedBytes / 1e6} allowed: ${verdict}`,
  ].join(', ');
}
