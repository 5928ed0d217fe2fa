import { basename } from 'node:path';

/**
 * Why the engine did not do it.
 *
 * - `conversion`: a value that its column cannot take, or a text that cannot be read;
 * - `memory`: more than `memoryBytes`; `disk`: the directory takes no more bytes;
 * - `refused`: what the engine never does, such as reading a file elsewhere;
 * - `syntax`: no SELECT that it understands, or a name that there is not;
 * - `function`: a function of one's own throws for a row, or answers what its type does not hold;
 * - `contract`: functions of one's own are not of the form they must have, take forever, or do not
 *   answer the same twice;
 * - `other`: the message says it.
 */
export type EngineErrorKind =
  | 'conversion'
  | 'memory'
  | 'disk'
  | 'refused'
  | 'syntax'
  | 'function'
  | 'contract'
  | 'other';

/** What the engine says, in one line and without a path of this machine. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly kind: EngineErrorKind;

  constructor(kind: EngineErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** By DuckDB's own names of its errors; the first that fits. */
const KINDS: readonly (readonly [RegExp, EngineErrorKind])[] = [
  [/No space left|max_temp_directory_size|Disk quota|File too large/i, 'disk'],
  [/^Out of Memory/, 'memory'],
  [/^Permission|configuration has been locked/, 'refused'],
  [/^(Parser|Syntax|Binder|Catalog|Parameter Not Resolved)/, 'syntax'],
  [/^(Conversion|Out of Range|Invalid Input|Mismatch Type)/, 'conversion'],
];

/** `Conversion Error: …` at the start of each message of DuckDB. */
const PREFIX = /^[A-Z][A-Za-z ]* Error: (?=.)/;

/** A file with its directory, in quotes. */
const PATHS = /(["'])(\/[^"']*)\1/g;

/** The first paragraph, which says what is wrong; the others are advice for another user. */
function sentence(message: string): string {
  const [first = ''] = message.replace(PREFIX, '').split('\n\n');
  return first.replaceAll('\n', '; ').trim();
}

function withoutFolders(text: string): string {
  return text.replace(PATHS, (_, quote: string, path: string) => quote + basename(path) + quote);
}

/** An error of DuckDB as ours. `directory` is the engine's own. */
export function toEngineError(error: unknown, directory: string): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const kind = KINDS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other';
  const text = sentence(message).replaceAll(`${directory}/`, '').replaceAll(directory, '');
  // In a conversion it would be a value, which the user must recognize.
  return new EngineError(kind, kind === 'conversion' ? text : withoutFolders(text));
}
