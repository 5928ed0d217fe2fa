import { describe, expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { nameColumns } from '#core/sources/column-names.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { resolveSource, stageUnit } from '#core/sources/resolve-source.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { svmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { resolveWith } from '#support/read-format.ts';

const MOST = 2 ** 31 - 1;

async function shapeOf(columns: number, labels: boolean) {
  return (await resolveWith(svmlight, '0 1:5 4:6\n', { columns, labels })).layout.shape;
}

it('has at most 2^31 - 1 columns, that of the labels included', async () => {
  expect(await shapeOf(MOST, false)).toEqual([1, MOST]);
  expect(await shapeOf(MOST - 1, true)).toEqual([1, MOST]);
  await expect(shapeOf(MOST, true)).rejects.toThrow(BoundExceededError);
  await expect(shapeOf(MOST, true)).rejects.toThrow(
    'x has 2147483648 columns, allowed are at most 2147483647; split the matrix by columns',
  );
});

describe('the names of columns', () => {
  async function namesOf(options: SourceOptions, text = '7 1:5 3:6\n') {
    const store = memoryObjectStore({ 's3://b/x.svm': new TextEncoder().encode(text) });
    const stage = memoryStageStore();
    const context = { options, store, stagedFor: () => stage };
    const { units } = await listUnits(store, { uris: ['s3://b/x.svm'] });
    for (;;) {
      const resolution = await resolveSource(units, context);
      if ('jobs' in resolution) {
        for (const job of resolution.jobs) await stageUnit(job, context);
        continue;
      }
      const { columnNames } = await nameColumns(resolution.layout, { units }, context);
      return columnNames && (await Array.fromAsync(columnNames.read())).flat();
    }
  }

  it('begin with that of the label, where it is a column', async () => {
    expect(await namesOf({ labels: true })).toEqual(['label', '0', '1', '2']);
    expect(await namesOf({ labels: true, columns: 5 })).toEqual(['label', '0', '1', '2', '3', '4']);
    expect(await namesOf({})).toBeUndefined();
    const alone = { labels: true, format: 'svmlight' } as const;
    expect(await namesOf(alone, '5\n')).toEqual(['label', '0']);
  });

  it('are not kept where there are too many of them', async () => {
    expect(await namesOf({ labels: true, columns: 2 ** 24 + 1 })).toBeUndefined();
  });
});
