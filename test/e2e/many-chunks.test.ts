import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, expect, it } from 'vitest';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';
import { LocalStack } from '#support/local-stack.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';

/** The answers of so many children pass 256 KiB, the most that the state of an execution holds. */
const CHUNKS = 7_000;

let outdir: string;

afterAll(async () => {
  await rm(outdir, { recursive: true, force: true });
});

function diagonal(rows: number): Uint8Array {
  const at = Array.from({ length: rows }, (_, row) => row);
  const csr = { shape: [rows, rows] as const, dtype: 'int64' as const };
  return writeNpz({ ...csr, indptr: [...at, rows], indices: at, data: at.map(() => 1) });
}

it(
  '7,000 chunks end with a manifest in an app without any feature flag',
  async () => {
    outdir = await mkdtemp(join(tmpdir(), 'many-chunks-'));
    const app = new App({ outdir });
    new SparseFanoutStack(app, 'SparseFanout');
    const stack = await LocalStack.start(app.synth().directory);
    try {
      const source = await stack.putSource('many', diagonal(CHUNKS));
      const request = { source, chunking: { rows: 1 }, limits: { concurrency: 50 } };
      const { output } = await stack.runToSuccess(request);
      expect(output.totals).toMatchObject({ chunks: CHUNKS, rows: CHUNKS });
      const manifest = JSON.parse((await stack.read(output.manifest)).toString());
      expect(manifest.entries).toHaveLength(CHUNKS);
    } finally {
      await stack.close();
    }
  },
  patience(600_000),
);
