import { textHead } from '#core/text/gunzip.ts';
import { pythonFloat } from './python-float.ts';

const ENTRY = /^[+-]?[\d_]+:(\S+)$/;

function isNumber(text: string): boolean {
  return pythonFloat(text) !== undefined;
}

function isEntry(token: string): boolean {
  const [, value] = ENTRY.exec(token) ?? [];
  return value !== undefined && isNumber(value);
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
 * comment, and at least one row has an entry. So CSV or a list of numbers does not match.
 */
export function matches(head: Uint8Array): boolean {
  let entries = 0;
  for (const line of wholeLines(head)) {
    const tokens = line
      .replace(/#.*$/s, '')
      .split(/[ \t\v\f\r]+/)
      .filter(Boolean);
    const [label = '0', ...rest] = tokens;
    const isLabel = label.split(',').every(isNumber);
    const features = isLabel ? rest : tokens;
    if (features[0]?.startsWith('qid:')) features.shift();
    if (!features.every(isEntry)) return false;
    entries += features.length;
  }
  return entries > 0;
}
