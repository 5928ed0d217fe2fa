/**
 * `npm run campaign -- many-chunks`: one run of thousands of chunks in the local cloud, of a stack
 * in an app without any feature flag. The answers of 7,000 children pass 256 KiB, the most that the
 * state of an execution holds.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { SparseFanoutStack } from '#lib/sparse-fanout-stack.ts';
import { LocalStack } from '#support/local-stack.ts';
import { writeNpz } from '#support/npz/write-npz.ts';

const { chunks } = new Command('npm run campaign -- many-chunks')
  .description('run thousands of chunks through a stack without feature flags')
  .option('--chunks <n>', 'of one row each', parseCount, 7_000)
  .parse()
  .opts<{ chunks: number }>();

function diagonal(rows: number): Uint8Array {
  const at = Array.from({ length: rows }, (_, row) => row);
  const csr = { shape: [rows, rows] as const, dtype: 'int64' as const };
  return writeNpz({ ...csr, indptr: [...at, rows], indices: at, data: at.map(() => 1) });
}

const outdir = await mkdtemp(join(tmpdir(), 'many-chunks-'));
try {
  const app = new App({ outdir });
  new SparseFanoutStack(app, 'SparseFanout');
  const stack = await LocalStack.start(app.synth().directory);
  try {
    const source = await stack.putSource('many', diagonal(chunks));
    const request = { source, chunking: { rows: 1 }, limits: { concurrency: 50 } };
    const { output } = await stack.runToSuccess(request);
    assert.equal(output.totals.chunks, chunks);
    assert.equal(output.totals.rows, chunks);
    const manifest = JSON.parse((await stack.read(output.manifest)).toString());
    assert.equal(manifest.entries.length, chunks);
    console.log(`${chunks} chunks are in the manifest, in an app without feature flags`);
  } finally {
    await stack.close();
  }
} finally {
  await rm(outdir, { recursive: true, force: true });
}
