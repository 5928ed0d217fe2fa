import { expect, it } from 'vitest';
import { shownName } from '#core/shown-name.ts';

it.each([
  ['a', '"a"'],
  ['', '""'],
  ['a"b\n\0\u202e', '"a\\"b\\n\\u0000\u202e"'],
  ['\ud800', String.raw`"\ud800"`],
  ['n'.repeat(80), `"${'n'.repeat(80)}"`],
  ['n'.repeat(81), `"${'n'.repeat(80)}…"`],
  [`${'n'.repeat(79)}🙂`, `"${'n'.repeat(79)}\ufffd…"`],
])('shows %j as %s', (name, shown) => {
  expect(shownName(name)).toBe(shown);
});
