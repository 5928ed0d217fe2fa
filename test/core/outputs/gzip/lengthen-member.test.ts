import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthenMember } from '#core/outputs/gzip/lengthen-member.ts';

const member = gzipSync('some text\n'.repeat(100));

describe('a member that is made longer', () => {
  it('has at least the length that is asked for, and at most four bytes more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70_000 }), (least) => {
        const longer = lengthenMember(member, least);
        const over = longer.length - Math.max(least, member.length);
        expect(over).toBeGreaterThanOrEqual(0);
        expect(over).toBeLessThan(5);
        expect(gunzipSync(longer).equals(gunzipSync(member))).toBe(true);
      }),
    );
  });

  it('has empty stored blocks behind its header', () => {
    const longer = Buffer.from(lengthenMember(member, member.length + 7));
    expect(longer.subarray(0, 10).equals(member.subarray(0, 10))).toBe(true);
    expect(longer.subarray(10, 20).toString('hex')).toBe('000000ffff000000ffff');
    expect(longer.subarray(20).equals(member.subarray(10))).toBe(true);
  });

  it('may have others behind it', () => {
    const longer = lengthenMember(member, 1_000_000);
    const text = gunzipSync(Buffer.concat([longer, member])).toString();
    expect(text).toBe('some text\n'.repeat(200));
  });

  it('is the same where it is long enough', () => {
    expect(lengthenMember(member, member.length)).toBe(member);
  });
});
