import { EngineError } from './engine-error.ts';

/** What no SQL can hold: NUL ends it, and half a surrogate pair becomes another character. */
function assertText(text: string, what: string): void {
  if (text.includes('\0')) throw new EngineError('syntax', `${what} holds a NUL character`);
  if (!text.isWellFormed()) throw new EngineError('syntax', `${what} is not valid Unicode`);
}

/** Text as an SQL literal. @throws {EngineError} `syntax`: it holds a NUL or half a character. */
export function literal(text: string): string {
  assertText(text, 'a text in SQL');
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A name as an SQL identifier.
 *
 * @throws {EngineError} `syntax`: it is empty, or holds a NUL or half a character.
 */
export function identifier(name: string): string {
  assertText(name, 'a name in SQL');
  if (name === '') throw new EngineError('syntax', 'a name in SQL is empty');
  return `"${name.replaceAll('"', '""')}"`;
}
