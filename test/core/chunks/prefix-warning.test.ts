import { describe, expect, it } from 'vitest';
import { prefixWarning } from '#core/chunks/prefix-warning.ts';

const MIB = 1024 ** 2;

describe('prefixWarning', () => {
  it('says nothing of the default, of large chunks, and of few', () => {
    const small = { chunks: 100_000, minBytes: 0 };
    expect(prefixWarning({ ...small, concurrency: 500 })).toBeUndefined();
    const large = { chunks: 100_000, minBytes: 100_000 * 512 * MIB };
    expect(prefixWarning({ ...large, concurrency: 10_000 })).toBeUndefined();
    expect(prefixWarning({ chunks: 1_000, minBytes: 0, concurrency: 10_000 })).toBeUndefined();
  });

  it('names how many requests there may be, and how many writers are enough', () => {
    const warning = prefixWarning({ chunks: 100_000, minBytes: 0, concurrency: 3_000 });
    expect(warning).toContain('limits.concurrency 3000 may send 10000 PUT/s');
    expect(warning).toContain('1050 writers are enough');
  });
});
