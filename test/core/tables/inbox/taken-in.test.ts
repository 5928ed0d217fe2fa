import { expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { TakenIn } from '#core/tables/inbox/taken-in.ts';

const at = (uri: string, etag: string) => ({ uri, etag });

it('knows an object by its key and its bytes', () => {
  const taken = new TakenIn();
  taken.add(at('s3://in/a', '1'));
  expect(taken.has(at('s3://in/a', '1'))).toBe(true);
  expect(taken.has(at('s3://in/a', '2'))).toBe(false);
  expect(taken.has(at('s3://in/b', '1'))).toBe(false);
});

it('knows every version of a key that was taken in', () => {
  const taken = new TakenIn();
  for (const etag of ['1', '2', '3']) taken.add(at('s3://in/a', etag));
  expect(['1', '2', '3', '4'].map((etag) => taken.has(at('s3://in/a', etag)))).toEqual([
    ...[true, true, true, false],
  ]);
});

it('says of which keys other bytes were taken in', () => {
  const taken = new TakenIn();
  taken.add(at('s3://in/a', '1'));
  expect(taken.hadOthers(at('s3://in/a', '2'))).toBe(true);
  expect(taken.hadOthers(at('s3://in/a', '1'))).toBe(false);
  expect(taken.hadOthers(at('s3://in/b', '1'))).toBe(false);
});

it('fails at more objects than there is memory for', () => {
  const taken = new TakenIn(1);
  taken.add(at('s3://in/a', '1'));
  expect(() => taken.add(at('s3://in/b', '1'))).toThrow(BoundExceededError);
});
