import { html, type Markup } from '#cli/html/markup.ts';

/** Seconds after which a browser loads a live page again. */
const REFRESH_SECONDS = 2;

/** Parameter of an address that keeps a page as it is. */
export const STILL = 'still';

/** How a page stays up to date. */
export interface Live {
  readonly refreshSeconds?: number;
  /** What it says about that. */
  readonly note: Markup | string;
}

/**
 * Loads a page again while something runs, unless its reader has stopped that: what changes by
 * itself is hard to read for some.
 */
export function live(isRunning: boolean, isStill: boolean): Live {
  if (!isRunning) return { note: '' };
  if (isStill) return { note: html`<p class="soft">Still. <a href="?">Go on</a></p>` };
  return {
    refreshSeconds: REFRESH_SECONDS,
    note: html`<p class="soft">Loaded again every ${REFRESH_SECONDS} s.
<a href="?${STILL}">Stop that</a></p>`,
  };
}
