import { RequestError } from '#core/errors.ts';

/** A word, a number, a punctuation mark, or a name in double quotes with its quotes taken off. */
export interface TypeToken {
  readonly kind: 'word' | 'number' | 'mark' | 'quoted' | 'end';
  readonly text: string;
}

const TOKEN = /\s*(?:([a-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(\d+)|([(),[\]])|"((?:[^"]|"")+)")/iy;

/** Splits the text of a type. @throws {RequestError} something else stands in it. */
export function typeTokens(text: string): readonly TypeToken[] {
  const tokens: TypeToken[] = [];
  let at = 0;
  const body = text.trimEnd();
  while (at < body.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(body);
    if (found === null) {
      throw new RequestError([
        `the type ${shownType(text)} cannot be read at ${JSON.stringify(body.slice(at, at + 20))}`,
      ]);
    }
    const [, word, number, mark, quoted] = found;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else tokens.push({ kind: 'quoted', text: quoted!.replaceAll('""', '"') });
    at = TOKEN.lastIndex;
  }
  return [...tokens, { kind: 'end', text: 'its end' }];
}

/** The text of a type in a message: never more than a line. */
export function shownType(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
