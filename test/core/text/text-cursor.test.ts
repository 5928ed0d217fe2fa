import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import { TextCursor } from '#core/text/text-cursor.ts';

function cursorAt(
  text: string,
  parseOther: (text: string) => number | undefined = () => undefined,
) {
  const bytes = new TextEncoder().encode(`before\n${text}\n`);
  const cursor = new TextCursor('x.txt', parseOther);
  cursor.load({ bytes, start: 7, end: bytes.length, offset: 1007 });
  return cursor;
}

describe('readFloat', () => {
  it.each(['1', '-1.', '.5', '1e5', '1E+5', '-0', '1e-5'])('reads %s without help', (text) => {
    expect(cursorAt(text).readFloat()).toBe(Number(text));
  });

  it.each([' ', '\t', '\r', '\v', '\f', '#', '\n'])('stops before %j', (end) => {
    const cursor = cursorAt(`12.5${end}6`);
    expect(cursor.readFloat()).toBe(12.5);
    expect(cursor.at).toBe(11);
  });

  it.each(['nan', '+1', '1_0', '', '.', '-', '1e', '1e+', '1.2.3', '1x', '0x1', '1e5e5'])(
    'hands %j to whoever knows other spellings',
    (text) => {
      const asked: string[] = [];
      const cursor = cursorAt(`${text} 7`, (other) => {
        asked.push(other);
        return 42;
      });
      expect(cursor.readFloat()).toBe(42);
      expect(asked).toEqual([text]);
      expect(cursor.at).toBe(7 + text.length);
    },
  );

  it('fails for text that is not a number, and names the line', () => {
    const cursor = cursorAt('1 abc 3');
    cursor.at += 2;
    const message = 'x.txt has the line "1 abc 3" at byte 1007, expected a number at its byte 2';
    expect(() => cursor.readFloat()).toThrow(new CorruptSourceError(message));
  });
});

describe('readDigits', () => {
  it('reads digits up to the first other byte', () => {
    const cursor = cursorAt('0123:4');
    expect(cursor.readDigits()).toBe(123);
    expect(cursor.peek()).toBe(':'.charCodeAt(0));
  });

  it.each(['', '-1', 'a', ':'])('gives -1 for %j and stays', (text) => {
    const cursor = cursorAt(text);
    expect(cursor.readDigits()).toBe(-1);
    expect(cursor.at).toBe(7);
  });

  it('gives a number above 2^53 for any number above it', () => {
    expect(cursorAt('9'.repeat(400)).readDigits()).toBeGreaterThan(2 ** 53);
    expect(cursorAt('9007199254740993').readDigits()).toBeGreaterThanOrEqual(2 ** 53);
  });
});

describe('lines', () => {
  it('are skipped with their newline', () => {
    const cursor = cursorAt(' \t\v\f\r1 2\n3');
    expect(cursor.skipBlanks()).toBe('1'.charCodeAt(0));
    cursor.skipLine();
    expect(cursor.readDigits()).toBe(3);
    cursor.skipLine();
    expect(cursor.at).toBe(cursor.end);
  });

  it('are shortened in messages, and bytes that are not text are escaped', () => {
    const cursor = cursorAt(`first\n\x00${'y'.repeat(100)}`);
    cursor.skipLine();
    cursor.at += 50;
    const message = `x.txt has the line "\\u0000${'y'.repeat(59)}"… at byte 1013, expected sense`;
    expect(() => cursor.fail('sense')).toThrow(message);
  });
});
