import { InvalidArgumentError } from 'commander';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { RowRange } from '#core/contract.ts';

/** Bytes of each unit: K and KiB are 1024, KB is 1000, as in GNU's programs. */
const UNIT_BYTES: Readonly<Record<string, number>> = {
  ...{ '': 1, B: 1 },
  ...{ KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 },
  ...{ KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 },
};

/** Rows as the user gave them; without an end, all rows up to the last. */
export interface AskedRows {
  readonly rowStart: number;
  readonly rowEnd: number | undefined;
}

/**
 * Parses bytes such as `64MiB`, `64M`, `500KB` or `1048576`.
 *
 * @throws {InvalidArgumentError} for commander, which names the option.
 */
export function parseSize(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNIT_BYTES[unit.toUpperCase()] ?? Number.NaN);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError('Allowed are bytes such as 64M, 64MiB, 500KB or 1048576');
}

/** @throws {InvalidArgumentError} the text is not a whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Allowed are whole numbers from 1');
}

/** @throws {InvalidArgumentError} the text is not a number above 0. */
export function parseAmount(text: string): number {
  const amount = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && amount > 0) return amount;
  throw new InvalidArgumentError('Allowed are numbers above 0, such as 0.5');
}

/** @throws {InvalidArgumentError} the text is not `a:b`, `a:` or `:b` with `a <= b`. */
export function parseRows(text: string): AskedRows {
  const [, start, end] = /^(\d*):(\d*)$/.exec(text) ?? [];
  const rowStart = Number(start);
  const rowEnd = end === undefined || end === '' ? undefined : Number(end);
  const given = start !== undefined && text !== ':';
  if (given && Number.isSafeInteger(rowStart) && rowStart <= (rowEnd ?? rowStart)) {
    return { rowStart, rowEnd };
  }
  throw new InvalidArgumentError(
    'Allowed are ranges of rows a:b, a: or :b, counted from 0, the end not included',
  );
}

/** @throws {UsageError} the range passes the last row of the matrix. */
export function rowsWithin(asked: AskedRows | undefined, rows: number): RowRange {
  const rowStart = asked?.rowStart ?? 0;
  const rowEnd = asked?.rowEnd ?? rows;
  if (rowStart <= rowEnd && rowEnd <= rows) return { rowStart, rowEnd };
  throw new UsageError(
    `--rows must lie within 0:${rows}, the rows of the source, got ${rowStart}:${asked?.rowEnd ?? ''}`,
  );
}
