import { expect, it } from 'vitest';
import { html } from '#cli/html/markup.ts';
import { live } from '#cli/page/live.ts';

it('loads a page again while something runs, unless its reader has stopped that', () => {
  expect(live(false, false)).toEqual({ note: '' });
  const moving = live(true, false);
  expect(moving.refreshSeconds).toBe(2);
  expect(html`${moving.note}`.text).toMatch('<a href="?still">Stop that</a>');
  const still = live(true, true);
  expect(still).not.toHaveProperty('refreshSeconds');
  expect(html`${still.note}`.text).toMatch('<a href="?">Go on</a>');
});
