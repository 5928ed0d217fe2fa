import { writeInteger } from '#core/elements/number-text.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { RowNames } from '#core/sparse/row-names.ts';
import { LINE_END } from './cursor.ts';
import { type CellOptions, isAlone } from './implicit-text.ts';
import { labelLengths } from './text-bounds.ts';

const QUOTE = 0x22;
const CARRIAGE_RETURN = 0x0d;

/** Writes the text of one row; returns the number of its bytes. */
type LabelWriter = (row: number, target: Uint8Array) => number;

function copyQuoted(name: Uint8Array, target: Uint8Array): number {
  let at = 0;
  target[at++] = QUOTE;
  for (const byte of name) {
    if (byte === QUOTE) target[at++] = QUOTE;
    target[at++] = byte;
  }
  target[at++] = QUOTE;
  return at;
}

/** Writes names as `quoteCell` quotes them. */
function nameWriter(
  { bytes, starts, ends }: RowNames,
  delimiter: number,
  alone: boolean,
): LabelWriter {
  const isSpecial = (byte: number) =>
    byte === delimiter || byte === QUOTE || byte === LINE_END || byte === CARRIAGE_RETURN;
  return (row, target) => {
    const name = bytes.subarray(starts[row]!, ends[row]!);
    if (name.some(isSpecial) || (alone && name.length === 0)) return copyQuoted(name, target);
    target.set(name);
    return name.length;
  };
}

/**
 * Makes the function that gives the first cell of each row of a slice: its name, or else its
 * number. The delimiter follows, if other cells do. The bytes are valid until the next call.
 */
export function createRowLabels(
  slice: CsrSlice,
  options: Pick<CellOptions, 'columns' | 'dialect' | 'rowNames'>,
): (row: number) => Uint8Array {
  const { columns, dialect } = options;
  const { rowStart, rowNames } = slice;
  const delimiter = dialect.delimiter.charCodeAt(0);
  const write: LabelWriter =
    rowNames === undefined
      ? (row, target) => writeInteger(rowStart + row, target, 0)
      : nameWriter(rowNames, delimiter, isAlone(options));
  const label = new Uint8Array(labelLengths(options).longest);
  return (row) => {
    const end = write(row, label);
    if (columns === 0) return label.subarray(0, end);
    label[end] = delimiter;
    return label.subarray(0, end + 1);
  };
}
