import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { findObject } from '#core/sparse/formats/bundle/arrays.ts';
import { formatInput } from '#support/read-format.ts';

it('an object of a folder is found by its name, wherever it stands', () => {
  const uri = 's3://b/x/';
  const objects = ['a.npy', 'data.npy', 'indptr.npy'].map((name) => ({
    ...{ uri: `${uri}${name}`, etag: '"1"', versionId: null, size: 9 },
  }));
  const input = {
    ...formatInput(memorySource(new Uint8Array(), uri)),
    unit: { uri, objects },
  };
  expect(findObject(input, 'indptr.npy')).toBe(2);
  expect(findObject(input, 'indices.npy')).toBe(-1);
});
