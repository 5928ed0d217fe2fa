import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIST_PAGE, listAhead } from '#aws/list-ahead.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

const PUTS_AT_ONCE = 50;
const KEYS = Array.from({ length: LIST_PAGE + 20 }, (_, at) => keyOf(at));

let services: LocalServices;

function keyOf(index: number): string {
  return `many/chunk-${String(index).padStart(6, '0')}.csv`;
}

beforeAll(async () => {
  services = await startLocalServices();
  const bucket = new BucketContents(services);
  for (let at = 0; at < KEYS.length; at += PUTS_AT_ONCE) {
    await Promise.all(KEYS.slice(at, at + PUTS_AT_ONCE).map((key) => bucket.put(key, key)));
  }
  await bucket.put('other/chunk-000000.csv', 'x');
});
afterAll(() => services.close());

async function keysOf(cuts: readonly (string | undefined)[], prefix = 'many/'): Promise<string[]> {
  const where = { bucket: services.bucket, prefix, cuts };
  return await Array.fromAsync(listAhead(services.s3, where), ({ key }) => key);
}

describe('a listing by ranges', () => {
  it.each([
    ['one range of more than a page', [undefined]],
    ['many ranges', [undefined, ...[9, 10, 400, 401, 1_018].map(keyOf)]],
    ['a cut after the last key', [undefined, keyOf(2_000)]],
    ['cuts that are no keys', [undefined, 'many/chunk-0001', 'many/chunk-0009z', 'many/z']],
    ['more ranges than are read at once', [undefined, ...KEYS.filter((_, at) => at % 50 === 49)]],
  ])('gives each key once and in order with %s', async (_, cuts) => {
    expect(await keysOf(cuts)).toEqual(KEYS);
  });

  it('begins after its first cut', async () => {
    expect(await keysOf([keyOf(1_015), keyOf(1_017)])).toEqual(KEYS.slice(1_016));
  });

  it('gives sizes, and nothing where nothing lies', async () => {
    const where = { bucket: services.bucket, prefix: 'other/', cuts: [undefined] };
    const listed = await Array.fromAsync(listAhead(services.s3, where));
    expect(listed).toEqual([{ key: 'other/chunk-000000.csv', size: 1 }]);
    expect(await keysOf([undefined, 'none/b', 'none/c'], 'none/')).toEqual([]);
  });

  it('fails when it is aborted, and by name when the bucket does not answer', async () => {
    const where = { bucket: services.bucket, prefix: 'many/', cuts: [undefined] };
    const aborted = listAhead(services.s3, where, AbortSignal.abort());
    await expect(aborted.next()).rejects.toThrow(/abort/i);
    const nowhere = listAhead(services.s3, { ...where, bucket: 'no-such-bucket' });
    await expect(nowhere.next()).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
