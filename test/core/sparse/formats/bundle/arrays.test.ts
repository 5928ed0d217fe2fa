import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { objectNamed } from '#core/sparse/formats/bundle/arrays.ts';
import { formatInput } from '#support/read-format.ts';

function inputOf(names: readonly string[]) {
  const uri = 's3://b/x/';
  const objects = names.map((name) => ({
    ...{ uri: `${uri}${name}`, etag: '"1"', versionId: null, size: 9 },
  }));
  return { ...formatInput(memorySource(new Uint8Array(), uri)), unit: { uri, objects } };
}

describe('an object of a folder', () => {
  it('is found by its name, wherever it stands', () => {
    expect(objectNamed(inputOf(['a.npy', 'data.npy', 'indptr.npy']), 'indptr.npy')).toBe(2);
  });

  it('fails where the folder holds none of that name', () => {
    const find = () => objectNamed(inputOf(['data.npy']), 'indptr.npy');
    expect(find).toThrow(CorruptSourceError);
    expect(find).toThrow('s3://b/x/ holds no indptr.npy; write the folder again');
  });
});
