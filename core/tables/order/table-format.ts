import { UnsupportedSourceError } from '#core/errors.ts';
import { compressionOf, isParquet, refusedContent } from './content-format.ts';
import {
  type Compression,
  formatOfName,
  notRead,
  type SaidFormat,
  type TextFormat,
} from './name-format.ts';

/**
 * First bytes of an object that are read for its format. In most texts they hold the header, too;
 * in Parquet most footers are shorter.
 */
export const HEAD_BYTES = 64 * 1024;

/** Format of an object of a table. */
export interface TableFormat {
  readonly format: TextFormat | 'parquet';
  /** Of the object as a whole; absent where it is plain, and in Parquet. */
  readonly compression?: Compression | undefined;
}

/** An object whose format is asked for. */
export interface SeenObject {
  readonly uri: string;
  /** Its first bytes: {@link HEAD_BYTES} or all that there are. */
  readonly head: Uint8Array;
  /** The first bytes of its text: `head` again, or what it is when inflated. */
  readonly text: Uint8Array;
  /** What the request says. */
  readonly asked: SaidFormat;
}

const FORMAT_NAMES = { csv: 'CSV', jsonl: 'JSON lines', parquet: 'Parquet' };

/** `CSV as gzip`. */
function shown({ format, compression }: SaidFormat): string {
  const name = format === undefined ? 'a text' : FORMAT_NAMES[format];
  return compression === undefined ? name : `${name} as ${compression}`;
}

function disagree({ uri, asked }: SeenObject, said: SaidFormat, found: string): Error {
  const isAsked = asked.format !== undefined || asked.compression !== undefined;
  return new UnsupportedSourceError(
    `${uri} is ${shown(said)} by ${isAsked ? 'the request' : 'its name'} but ${found} by its content; give it the right name, or the right source.format and source.compression`,
  );
}

const TEXT = new TextDecoder('utf-8');

/** Lines of the beginning of a text that hold anything, without the spaces around them. */
function linesOf(text: Uint8Array): readonly string[] {
  const lines = TEXT.decode(text).split(/[\r\n]+/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function isObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The format of a text of which nothing is said. */
function textFormatOf({ uri }: SeenObject, first: string | undefined): TextFormat {
  if (first === undefined) {
    throw new UnsupportedSourceError(
      `${uri} is empty and its name does not end in .csv or .jsonl; give source.format`,
    );
  }
  if (first.startsWith('[')) throw notRead(uri, JSON_ARRAY);
  return first.startsWith('{') ? 'jsonl' : 'csv';
}

const JSON_ARRAY = 'a JSON array and not one object a line';

/** Lines that are not JSON may be bad rows; so only a text without any JSON is refused. */
function checkLines(seen: SeenObject, lines: readonly string[], said: SaidFormat): void {
  const [first = ''] = lines;
  if (first === '[') throw notRead(seen.uri, JSON_ARRAY);
  if (first === '' || lines.some((line) => line.startsWith('{'))) return;
  throw first.startsWith('[')
    ? notRead(seen.uri, JSON_ARRAY)
    : disagree(seen, said, 'no JSON lines');
}

/** The format of a text, which must be what is said of it. */
function checkedText(seen: SeenObject, said: SaidFormat): TextFormat {
  const lines = linesOf(seen.text);
  if (said.format === 'jsonl') checkLines(seen, lines, said);
  else if (said.format !== 'csv') return textFormatOf(seen, lines[0]);
  else if (isObject(lines[0] ?? '')) throw disagree(seen, said, 'JSON lines');
  return said.format;
}

/** What an object is by its first bytes, in words. */
function shownContent({ head }: SeenObject): string {
  if (head.length === 0) return 'empty';
  if (isParquet(head)) return 'Parquet';
  return shown({ compression: compressionOf(head) });
}

/** Whether the compression is what is said; a name without an end says nothing of it. */
function isCompressed({ uri, head, asked }: SeenObject): boolean {
  const named = formatOfName(uri);
  const said = asked.compression ?? named.compression;
  const isSaid = said !== undefined || named.format !== undefined;
  return !isSaid || said === compressionOf(head);
}

/**
 * The compression of an object, by its first bytes.
 *
 * @param said what the request says, `none` of a plain text.
 * @throws {UnsupportedSourceError} the request says plain, and the object is not.
 */
export function checkedCompression(
  { uri, head }: Pick<SeenObject, 'uri' | 'head'>,
  said: Compression | 'none' | undefined,
): Compression | 'none' {
  const found = compressionOf(head) ?? 'none';
  if (said !== 'none' || found === 'none') return found;
  throw new UnsupportedSourceError(
    `${uri} is plain by source.compression but ${found} by its content; leave source.compression out, or say ${found}`,
  );
}

/**
 * Finds the format of an object of a table, by what the request says, else by its name, and by its
 * first bytes. Texts without an end in their names are JSON lines if they begin with `{`, else CSV.
 *
 * @throws {UnsupportedSourceError} the content is not what is said, or of a format that is not
 * read.
 */
export function tableFormatOf(seen: SeenObject): TableFormat {
  const { uri, head, asked } = seen;
  const named = formatOfName(uri);
  const other = refusedContent(head);
  if (other !== undefined) throw notRead(uri, other);
  if (asked.format === undefined && named.refused !== undefined) {
    throw notRead(uri, `${named.refused} by its name`);
  }
  const said = {
    format: asked.format ?? named.format,
    compression: asked.compression ?? named.compression,
  };
  const isFile = isParquet(head);
  const isSaid = said.format === undefined || (said.format === 'parquet') === isFile;
  if (!isSaid || !isCompressed(seen)) throw disagree(seen, said, shownContent(seen));
  if (isFile) return { format: 'parquet' };
  return { format: checkedText(seen, said), compression: compressionOf(head) };
}
