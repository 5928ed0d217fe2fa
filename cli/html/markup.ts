/** HTML that is safe to send: its tags are ours, every other text in it was escaped. */
export class Markup {
  readonly text: string;

  /** @param text HTML that this program wrote. */
  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template; undefined leaves nothing. */
type Part = Markup | string | number | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that are not seen, or turn around what is seen: no text of ours has them. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names in S3 and errors may have any.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Characters of a text that are shown. */
const MAX_SHOWN = 600;

/** A text of others as it can be shown: cut, and its unseen characters as `\u202e`. */
export function shownText(text: string): string {
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return cut
    .toWellFormed()
    .replaceAll(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function partText(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return shownText(part).replaceAll(/[&<>"']/g, (c) => ENTITIES[c]!);
  return part.map(partText).join('');
}

/**
 * A template of HTML. Every value is escaped, for text and for quoted attributes, unless it is
 * {@link Markup}; lists are joined.
 *
 * @example
 * html`<td title="${name}">${name}</td>`.text;
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const texts = strings.map((string, at) => string + partText(at < parts.length ? parts[at] : ''));
  return new Markup(texts.join(''));
}
