import { expect, test } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { keptPins, parseKeptPin } from '#core/run/kept-pins.ts';

const plain = { uri: 's3://b/1', etag: 'e', versionId: null, size: 1 };
const versioned = { ...plain, uri: 's3://b/2', versionId: 'v' };

test('keeps the pins of a run if one of them has a version, one per line', () => {
  const lines = keptPins([plain, versioned]) ?? [];
  expect(lines.map(parseKeptPin)).toEqual([plain, versioned]);
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
  expect(keptPins([plain])).toBeUndefined();
});

test('fails by name on a line that is no pin', () => {
  expect(() => parseKeptPin('{"uri":"s3://b/1"}')).toThrow(RequestError);
});
