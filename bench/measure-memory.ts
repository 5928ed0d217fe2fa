import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSource } from '#cli/file-source.ts';
import { uploadSource } from '#cli/upload-source.ts';
import { writeNpz } from '#demo/write-npz.ts';
import { LocalStack } from '#test/support/local-stack.ts';
import { countMatrix } from './count-matrix.ts';

/** Bound of the whole writer process, bytes. */
const MAX_RSS_BYTES = 256e6;

const ROWS = 50_000;

/** Text of 1 GB, and of 6 GB: more than one PutObject could send. */
const COLUMNS = [10_000, 60_000];

interface Measured {
  readonly columns: number;
  readonly textBytes: number;
  readonly seconds: number;
  readonly peakRssBytes: number;
}

/** Writes one chunk of all rows by a fresh writer process. */
async function measure(directory: string, columns: number): Promise<Measured> {
  const path = join(directory, `counts-${columns}.npz`);
  await writeNpz(path, countMatrix({ rows: ROWS, columns, entriesPerRow: 60, seed: 1 }));
  const stack = await LocalStack.start();
  const file = await openFileSource(path);
  try {
    const source = await uploadSource(stack.s3, file, stack.output('SourceBucketName'));
    const startedAt = performance.now();
    const ended = await stack.run({ source, chunking: { rows: ROWS } });
    if (ended.status !== 'SUCCEEDED') throw new Error(`${ended.error}: ${ended.cause}`);
    const writers = stack.cloud
      .processes()
      .filter(({ functionName }) => /write/i.test(functionName));
    return {
      columns,
      textBytes: ended.output.totals.bytes,
      seconds: (performance.now() - startedAt) / 1000,
      peakRssBytes: Math.max(...writers.map(({ peakRssBytes }) => peakRssBytes)),
    };
  } finally {
    await file.close();
    await stack.close();
  }
}

const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-memory-'));
try {
  for (const columns of COLUMNS) {
    const { textBytes, seconds, peakRssBytes } = await measure(directory, columns);
    const fits = peakRssBytes > 0 && peakRssBytes <= MAX_RSS_BYTES;
    console.log(
      `${ROWS} x ${columns}, one chunk of ${(textBytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(1)} s: writer process at most ${(peakRssBytes / 1e6).toFixed(0)} MB (allowed ${MAX_RSS_BYTES / 1e6}) ${fits ? 'ok' : 'TOO MUCH'}`,
    );
    if (!fits) process.exitCode = 1;
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
