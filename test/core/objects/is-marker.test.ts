import { expect, it } from 'vitest';
import { isMarker } from '#core/objects/is-marker.ts';

it.each([
  ['p/_SUCCESS', 0, true],
  ['p/_metadata', 9, true],
  ['p/.part-0.crc', 9, true],
  ['p/Thumbs.db', 9, true],
  ['p/DESKTOP.INI', 9, true],
  ['p/', 0, true],
  ['p/', 9, false],
  ['p/a_$folder$', 0, true],
  ['p/a_$folder$', 9, false],
  ['p/a.csv', 0, false],
  ['_p/.q/a.csv', 9, false],
])('%s of %i bytes is a marker: %s', (key, size, expected) => {
  expect(isMarker({ uri: `s3://b/${key}`, size })).toBe(expected);
});
