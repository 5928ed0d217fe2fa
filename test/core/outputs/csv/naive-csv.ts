import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

/** Python's `repr` of a double, laid out by hand from its shortest digits, as CPython does. */
function pythonRepr(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponentText] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 2, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`;
}

/** The `csv` module's quoting of a row's cells, minimal. */
function csvLine(cells: readonly string[], delimiter: string): string {
  if (cells.length === 1 && cells[0] === '') return '""\n';
  const quoted = cells.map((cell) =>
    [delimiter, '"', '\n', '\r'].some((special) => cell.includes(special))
      ? `"${cell.split('"').join('""')}"`
      : cell,
  );
  return `${quoted.join(delimiter)}\n`;
}

function storedText(value: number | bigint, { dtype, dialect }: CellOptions): string {
  if (dtype === 'bool') return value === 0 ? 'False' : 'True';
  if (!dtype.startsWith('float')) return value.toString();
  return Number.isNaN(value) ? dialect.naRep : pythonRepr(Number(value));
}

function implicitText({ dtype, dialect, fillValue }: CellOptions): string {
  if (fillValue === 'NaN') return dialect.naRep;
  if (dialect.profile === 'empty') return '';
  if (dialect.profile === 'zero0') return '0';
  if (dtype === 'bool') return 'False';
  return dtype.startsWith('float') ? '0.0' : '0';
}

/** The oracle of the encoder: makes every row dense, then a line of it. */
export function naiveCsv(slice: CsrSlice, options: CellOptions): string {
  const { columns, dialect } = options;
  let text = '';
  for (let row = 0; row < slice.rowEnd - slice.rowStart; row += 1) {
    const cells = Array.from({ length: columns }, () => implicitText(options));
    for (let entry = slice.indptr[row]!; entry < slice.indptr[row + 1]!; entry += 1) {
      cells[slice.indices[entry]!] = storedText(slice.data[entry]!, options);
    }
    text += csvLine(cells, dialect.delimiter);
  }
  return text;
}
