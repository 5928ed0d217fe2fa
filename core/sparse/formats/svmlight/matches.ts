import type { ByteSource } from '#core/bytes/byte-source.ts';
import { textHead } from '#core/text/gunzip.ts';
import { openText, readPieces } from '#core/text/text-source.ts';
import { isExtremeHeader } from './extreme-header.ts';
import { pythonFloat } from './python-float.ts';

const ENTRY = /^[+-]?[\d_]+:(\S+)$/;

/** What a line is: a row with entries, a row of a label alone, no row, or no svmlight. */
type Line = 'entries' | 'label' | 'blank' | 'other';

function isNumber(text: string): boolean {
  return pythonFloat(text) !== undefined;
}

function isEntry(token: string): boolean {
  const [, value] = ENTRY.exec(token) ?? [];
  return value !== undefined && isNumber(value);
}

function tokensOf(line: string): string[] {
  return line
    .replace(/#.*$/s, '')
    .split(/[ \t\v\f\r]+/)
    .filter(Boolean);
}

function kindOf(line: string): Line {
  const tokens = tokensOf(line);
  const [label] = tokens;
  if (label === undefined) return 'blank';
  const features = label.split(',').every(isNumber) ? tokens.slice(1) : tokens;
  if (features[0]?.startsWith('qid:')) features.shift();
  if (!features.every(isEntry)) return 'other';
  return features.length > 0 ? 'entries' : 'label';
}

/** A head shorter than this is the whole object. */
const WHOLE_BYTES = 1024;

/** The lines of a head; of the last line only the tokens that are certainly complete. */
function wholeLines(head: Uint8Array): string[] {
  const text = Buffer.from(textHead(head)).toString('latin1');
  const whole = head.length < WHOLE_BYTES ? text : text.replace(/\S*$/, '');
  return whole.split('\n');
}

/**
 * True if the first KiB is svmlight, which has no magic number: every line is a row, blank or a
 * comment, and at least one row has an entry. So CSV or a list of numbers does not match. The first
 * line may be the header of an Extreme Classification file.
 */
export function matches(head: Uint8Array): boolean {
  const lines = wholeLines(head);
  if (isExtremeHeader(lines[0]!)) lines.shift();
  const kinds = lines.map(kindOf);
  return kinds.includes('entries') && !kinds.includes('other');
}

/** Bytes of text in which the first row with an entry is looked for. */
const MAX_LOOK_BYTES = 1024 * 1024;
const LOOK_PIECE_BYTES = 64 * 1024;

/**
 * True if the first MiB of a text is svmlight up to its first row with an entry: comments, blank
 * lines and rows of a label alone may come before it. Reads 64 KiB at a time, and stops at that
 * row or at a line that is no svmlight.
 */
export async function looksLike(source: ByteSource): Promise<boolean> {
  const text = await openText(source);
  let open = '';
  let bytes = 0;
  for await (const piece of readPieces(text, LOOK_PIECE_BYTES)) {
    bytes += piece.length;
    const lines = (open + Buffer.from(piece).toString('latin1')).split('\n');
    open = lines.pop()!;
    for (const line of lines) {
      const kind = kindOf(line);
      if (kind === 'entries' || kind === 'other') return kind === 'entries';
    }
    if (bytes > MAX_LOOK_BYTES) return false;
  }
  return kindOf(open) === 'entries';
}

/**
 * Explains why a text that has some of svmlight is not taken for it.
 *
 * @returns a clause after the object's name; undefined if it has nothing of svmlight.
 */
export function describeDoubt(head: Uint8Array): string | undefined {
  const lines = wholeLines(head);
  const kinds = lines.map(kindOf);
  if (!kinds.includes('other')) {
    if (!kinds.includes('label')) return undefined;
    return 'has numbers alone, which may be the labels of svmlight rows without entries; say format svmlight (--format svmlight) if they are';
  }
  if (!lines.some((line) => tokensOf(line).some(isEntry))) return undefined;
  const number = kinds.indexOf('other');
  const text = JSON.stringify(lines[number]!.slice(0, 60));
  return `looks like svmlight, but its line ${number + 1} is not a label and entries of index:value: ${text}; mend it, or say format svmlight (--format svmlight) for the first mistake`;
}
