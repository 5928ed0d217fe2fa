import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { rangeSource } from '#core/bytes/range-source.ts';
import { CorruptSourceError } from '#core/errors.ts';

const whole = memorySource(Uint8Array.of(0, 1, 2, 3, 4, 5), 'six bytes');
const range = rangeSource(whole, { offset: 2, length: 3 });

it('reads a range as if it were all', async () => {
  expect(range).toMatchObject({ uri: 'six bytes', size: 3 });
  expect(await range.read({ offset: 1, length: 2 })).toEqual(Uint8Array.of(3, 4));
});

it('fails for what lies behind the range, though the source goes on', async () => {
  await expect(range.read({ offset: 1, length: 3 })).rejects.toThrow(CorruptSourceError);
});
