import { html, type Markup } from './markup.ts';
import { STYLE } from './style.ts';

/** A page without script. */
export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** Seconds after which a browser loads it again. @default never */
  readonly refreshSeconds?: number | undefined;
}

/** Nothing is loaded, nothing runs, nothing is sent: all that a page needs is in it. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Makes the text of a page. */
export function pageText({ title, body, refreshSeconds }: Page): string {
  const refresh =
    refreshSeconds === undefined
      ? ''
      : html`<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${refresh}
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>${body}</main>
</body>
</html>
`.text;
}
