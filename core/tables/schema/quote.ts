import { RequestError } from '#core/errors.ts';

/** What no statement may hold: the engine's parser ends at a NUL, and wants UTF-8. */
function refuseUnspeakable(text: string, what: string): void {
  if (text.includes('\0')) {
    throw new RequestError([
      `the ${what} ${JSON.stringify(text)} holds a NUL byte, which no statement of the engine ` +
        'may hold; rename it',
    ]);
  }
  if (!text.isWellFormed()) {
    throw new RequestError([
      `the ${what} ${JSON.stringify(text)} holds half of a surrogate pair, which UTF-8 cannot ` +
        'write; rename it',
    ]);
  }
}

/**
 * A name as an SQL identifier.
 *
 * @throws {RequestError} it holds a NUL or half of a surrogate pair.
 */
export function identifier(name: string): string {
  refuseUnspeakable(name, 'name');
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text as an SQL literal.
 *
 * @throws {RequestError} it holds a NUL or half of a surrogate pair.
 */
export function literal(text: string): string {
  refuseUnspeakable(text, 'text');
  return `'${text.replaceAll("'", "''")}'`;
}
