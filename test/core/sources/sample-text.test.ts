import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { sampleText } from '#core/sources/sample-text.ts';

const URI = 's3://b/rows.svmlight';

/** 100 columns, three entries in a row; the numbers of rows vary in length. */
const ROWS = 300_000;
const TEXT = Buffer.from(
  Array.from({ length: ROWS }, (_, row) => `0 1:1 ${2 + (row % 98)}:2 100:${row % 9}\n`).join(''),
);

async function sampled(bytes: Uint8Array) {
  const object = memorySource(bytes, URI);
  const { etag, size } = object;
  const unit = { uri: URI, objects: [{ uri: URI, etag, versionId: null, size }] };
  const store = {
    pin: () => Promise.reject(new Error('pinned before')),
    list: () => {
      throw new Error('not listed');
    },
    open: () => object,
  };
  const context = { options: {}, store, stagedFor: () => memoryStageStore() };
  return { unit, context, facts: await sampleText(unit, context) };
}

test('the first lines of a text say what the whole has, plain and in gzip', async () => {
  for (const bytes of [TEXT, gzipSync(TEXT)]) {
    const { facts } = await sampled(bytes);
    expect(facts).toMatchObject({ kind: 'matrix', format: 'svmlight', dtype: 'float64' });
    expect(facts!.shape[0] / ROWS).toBeCloseTo(1, 1);
    expect(facts!.shape[1]).toBeGreaterThanOrEqual(100);
    expect(facts!.nnz / (3 * ROWS)).toBeCloseTo(1, 1);
  }
});

test('what is no text of rows says nothing', async () => {
  const { unit, context, facts } = await sampled(Buffer.from('neither rows nor columns\n'));
  expect(facts).toBeUndefined();
  const damaged = await sampled(Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3));
  expect(damaged.facts).toBeUndefined();
  const folder = { ...unit, objects: [...unit.objects, ...unit.objects] };
  expect(await sampleText(folder, context)).toBeUndefined();
});

test('lines that would fill the memory say nothing', async () => {
  // 57 MB of text in 0.1 MB of gzip, whose labels, indices and values take more than 256 MiB.
  const { unit, facts } = await sampled(gzipSync(Buffer.alloc(9_600_000 * 6, '0 1:1\n')));
  expect(unit.objects[0]!.size).toBeLessThan(4 * 1024 ** 2);
  expect(facts).toBeUndefined();
});
