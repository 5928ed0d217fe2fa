import type { ColumnType } from './column-type.ts';
import { parseType } from './parse-type.ts';

const WHOLE = /^[+-]?\d+$/;
/** What a number was, if it began so, was perhaps no number: a zip code, a telephone. */
const PADDED = /^[+-]?0\d/;
const DECIMAL = /^[+-]?(\d+)\.(\d+)$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL = /^[+-]?(?:nan|inf|infinity)$/i;
const BOOLEAN = /^(?:true|false)$/i;
const DAY = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?';
const DATE = new RegExp(`^${DAY}$`);
const TIMESTAMP = new RegExp(`^${DAY}[T ]${CLOCK}$`);
const INSTANT = new RegExp(`^${DAY}[T ]${CLOCK}(?:Z|[+-](?:0\\d|1[0-4]):[0-5]\\d)$`);
const TIME = new RegExp(`^${CLOCK}$`);
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whole numbers, smallest first: name, least, most. */
const WHOLE_TYPES = (
  [
    ['TINYINT', 7],
    ['SMALLINT', 15],
    ['INTEGER', 31],
    ['BIGINT', 63],
  ] as const
).map(([name, bits]) => [name, -(2n ** BigInt(bits)), 2n ** BigInt(bits) - 1n] as const);

/** Beyond these digits a DECIMAL costs more than it is worth, and a sample says too little. */
const DECIMAL_DIGITS = 18;

function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  const isOne = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  return isOne && !day.startsWith('0000');
}

function wholeType(texts: readonly string[]): string | undefined {
  const values = texts.map((text) => BigInt(text.replace('+', '')));
  const fits = WHOLE_TYPES.find(([, least, most]) => values.every((v) => v >= least && v <= most));
  return fits?.[0];
}

function decimalType(texts: readonly string[]): string | undefined {
  let [whole, behind] = [1, 0];
  for (const text of texts) {
    const [, digits = text.replace(/^[+-]/, ''), fraction = ''] = DECIMAL.exec(text) ?? [];
    whole = Math.max(whole, digits.length);
    behind = Math.max(behind, fraction.length);
  }
  return whole + behind <= DECIMAL_DIGITS ? `DECIMAL(${whole + behind}, ${behind})` : undefined;
}

type Guess = (texts: readonly string[]) => string | undefined;

function all(pattern: RegExp, type: string): Guess {
  return (texts) => (texts.every((text) => pattern.test(text)) ? type : undefined);
}

/** What is too large for a DOUBLE is none. */
function isNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text));
}

function numbers(texts: readonly string[]): string | undefined {
  if (!texts.every((text) => isNumber(text) || SPECIAL.test(text))) return undefined;
  if (texts.some((text) => PADDED.test(text))) return undefined;
  if (texts.every((text) => WHOLE.test(text))) return wholeType(texts) ?? decimalType(texts);
  if (texts.every((text) => WHOLE.test(text) || DECIMAL.test(text))) {
    return decimalType(texts) ?? 'DOUBLE';
  }
  return 'DOUBLE';
}

/** Days that are in the calendar. */
function days(pattern: RegExp, type: string): Guess {
  return (texts) => (texts.every((text) => pattern.test(text) && isDay(text)) ? type : undefined);
}

const GUESSES: readonly Guess[] = [
  numbers,
  all(BOOLEAN, 'BOOLEAN'),
  days(DATE, 'DATE'),
  days(TIMESTAMP, 'TIMESTAMP'),
  days(new RegExp(`${INSTANT.source}|${TIMESTAMP.source}`), 'TIMESTAMPTZ'),
  all(TIME, 'TIME'),
  all(UUID, 'UUID'),
];

/**
 * The smallest type that holds every text of a sample of a column; VARCHAR where nothing else does,
 * or where there is nothing. A suggestion: what was not in the sample may be larger.
 *
 * @param texts null is NULL.
 */
export function suggestType(texts: Iterable<string | null>): ColumnType {
  const given = [...texts].filter((text) => text !== null);
  const name = given.length === 0 ? undefined : GUESSES.map((guess) => guess(given)).find(Boolean);
  return parseType(name ?? 'VARCHAR');
}
