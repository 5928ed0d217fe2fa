import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileObjectStore } from '#cli/file-object-store.ts';
import { uploadUnit } from '#cli/upload-source.ts';
import type { Compression } from '#core/encode/compression.ts';
import { writeNpz } from '#demo/write-npz.ts';
import { LocalStack } from '#test/support/local-stack.ts';
import { countMatrix } from './count-matrix.ts';

/** Rows of the chunk: what the article that this project grew from gives one worker. */
const ROWS = 50_000;

/** Stored entries of each row. */
const ENTRIES_PER_ROW = 60;

/** What one writer did with one chunk. */
export interface WriterFigures {
  readonly columns: number;
  readonly compression: Compression;
  readonly textBytes: number;
  /** Bytes of the object. */
  readonly storedBytes: number;
  /** From the start of the execution to its end: Plan, one writer, Finalize. */
  readonly seconds: number;
  /** Highest resident memory of the writer's process. */
  readonly peakRssBytes: number;
}

/** Runs one chunk of {@link ROWS} rows through the deployed stack on this machine, by a fresh writer process. */
export async function runOneWriter(
  columns: number,
  compression: Compression,
): Promise<WriterFigures> {
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-writer-'));
  const path = join(directory, 'counts.npz');
  const shape = { rows: ROWS, columns, entriesPerRow: ENTRIES_PER_ROW };
  await writeNpz(path, countMatrix({ ...shape, seed: 1 }));
  const stack = await LocalStack.start();
  const files = fileObjectStore();
  try {
    const unit = { uri: path, objects: [await files.pin(path)] };
    const bucket = stack.output('SourceBucketName');
    const source = await uploadUnit(stack.s3, unit, files, bucket);
    const startedAt = performance.now();
    const ended = await stack.run({ source, output: { compression }, chunking: { rows: ROWS } });
    if (ended.status !== 'SUCCEEDED') throw new Error(`${ended.error}: ${ended.cause}`);
    const { totals } = ended.output;
    const writers = stack.cloud
      .processes()
      .filter(({ functionName }) => /write/i.test(functionName));
    return {
      columns,
      compression,
      textBytes: totals.contentBytes,
      storedBytes: totals.bytes,
      seconds: (performance.now() - startedAt) / 1000,
      peakRssBytes: Math.max(...writers.map(({ peakRssBytes }) => peakRssBytes)),
    };
  } finally {
    await files.close();
    await stack.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** One line about a writer, and whether it stayed within `allowedBytes`. */
export function describeWriter(figures: WriterFigures, allowedBytes: number): [string, boolean] {
  const { columns, compression, textBytes, storedBytes, seconds, peakRssBytes } = figures;
  const fits = peakRssBytes > 0 && peakRssBytes <= allowedBytes;
  const rate = textBytes / 1e6 / seconds;
  const memory = `${(peakRssBytes / 1e6).toFixed(0)} MB of ${allowedBytes / 1e6} allowed`;
  const line = `${ROWS} x ${columns} ${compression}: ${(textBytes / 1e9).toFixed(2)} GB of text, ${(storedBytes / 1e6).toFixed(1)} MB stored, ${seconds.toFixed(1)} s, ${rate.toFixed(0)} MB/s; writer process ${memory} ${fits ? 'ok' : 'TOO MUCH'}`;
  return [line, fits];
}
