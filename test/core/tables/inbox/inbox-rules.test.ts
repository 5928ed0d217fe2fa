import { expect, it } from 'vitest';
import { ageSeconds } from '#core/tables/inbox/inbox-rules.ts';

it.each([
  ['1 second', 1],
  ['90 seconds', 90],
  ['15 minutes', 900],
  ['1 hour', 3600],
  ['2 days', 172_800],
])('reads the age %s', (text, seconds) => {
  expect(ageSeconds(text)).toBe(seconds);
});

it.each([
  '',
  '0 minutes',
  '15',
  '15m',
  '-1 hour',
  '1.5 hours',
  ' 1 hour',
  '1 week',
  '9999999999 days',
])('fails to read %s as an age', (text) => {
  expect(ageSeconds(text)).toBeUndefined();
});
