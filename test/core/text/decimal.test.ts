import { expect, it } from 'vitest';
import { roundDecimal } from '#core/text/decimal.ts';
import { TextCursor } from '#core/text/text-cursor.ts';

const COUNT = 200_000;

/** A small generator whose numbers are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = seeded(5);
const below = (limit: number) => Math.floor(random() * limit);

function digits(count: number): string {
  let text = '';
  while (text.length < count) text += String(below(1e9)).padStart(9, '0');
  return text.slice(0, count);
}

/** A double of random bits, not infinite. */
function anyDouble(): number {
  const words = Uint32Array.of(below(2 ** 32), below(2 ** 31));
  const [double = 0] = new Float64Array(words.buffer);
  return Number.isFinite(double) ? double : 1;
}

/** A double and the midpoint to the next one, written out. */
function midpoint(): string {
  const whole = 2n ** 53n + BigInt(2 * below(2 ** 51)) + 1n;
  const scale = below(30);
  const text = String(whole * 2n ** BigInt(scale));
  const nudge = ['', '0', '5', '.0', '.00001', 'e0', 'e-3'][below(7)] ?? '';
  return text + nudge;
}

/** How numbers are spelled: each takes another way through the parser. */
const SPELLINGS: Readonly<Record<string, () => string>> = {
  'digits and exponent': () => `${digits(1 + below(19))}e${below(100) - 50}`,
  'digits with a point': () => `-${digits(below(12))}.${digits(1 + below(12))}`,
  'leading zeros': () => `000.000${digits(1 + below(20))}E+${below(20)}`,
  'shortest text of any double': () => String(anyDouble()),
  'shortest text of doubles below 1': () => String(random() / 10 ** below(20)),
  '17 digits': () => anyDouble().toExponential(16),
  '16 digits': () => Number(random().toPrecision(16)).toPrecision(16),
  'more digits than are kept': () => `${digits(25 + below(20))}.${digits(5)}`,
  'halves between doubles': midpoint,
  'beyond doubles': () => `${digits(3)}e${(below(2) * 2 - 1) * (300 + below(40))}`,
  integers: () => String(below(2 ** 31)),
};

it.each(Object.entries(SPELLINGS))('%s are rounded as Number does', (_, spell) => {
  const texts = Array.from({ length: COUNT / Object.keys(SPELLINGS).length }, spell);
  const bytes = new TextEncoder().encode(`${texts.join('\n')}\n`);
  const cursor = new TextCursor('x', Number);
  cursor.load({ bytes, start: 0, end: bytes.length, offset: 0 });
  const wrong = texts.filter((text) => {
    const value = cursor.readFloat();
    cursor.at++;
    return !Object.is(value, Number(text));
  });
  expect(wrong).toEqual([]);
  expect(cursor.at).toBe(bytes.length);
});

it.each([
  ['9007199254740993', 900719925, 4740993, 7, 0],
  ['90071992547409930e-1', 900719925, 47409930, 8, -1],
])(
  'leaves %s, halfway between two doubles, to exact arithmetic',
  (_, high, low, digits, exponent) => {
    expect(roundDecimal(high, low, digits, exponent)).toBeNaN();
    expect(roundDecimal(high, low + 1, digits, exponent)).toBeGreaterThan(2 ** 53);
    expect(roundDecimal(high, low - 1, digits, exponent)).toBe(2 ** 53);
  },
);
