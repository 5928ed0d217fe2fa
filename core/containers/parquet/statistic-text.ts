import type { LogicalType, SchemaLeaf } from './schema-types.ts';
import type { StatisticValue } from './statistic-value.ts';

/** A bound as text, and whether it is the value itself. */
export interface StatisticText {
  readonly text: string;
  readonly isExact: boolean;
}

/** Characters of a text that are kept. */
const MAX_CHARACTERS = 64;

const LAST_CHARACTER = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

const DAYS_PER_ERA = 146_097;

function padded(value: number | bigint, width: number): string {
  return String(value).padStart(width, '0');
}

/**
 * `2024-02-29`, of days since 1970; years before 1 as `0044-03-15 (BC)`.
 * @see https://howardhinnant.github.io/date_algorithms.html#civil_from_days
 */
function dateText(days: number): readonly [date: string, era: string] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const day = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  );
  const dayOfYear =
    day - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const shown = padded(year > 0 ? year : 1 - year, 4);
  return [`${shown}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`, year > 0 ? '' : ' (BC)'];
}

/** `12:34:56.789` without zeros at its end, of units since midnight. */
function timeText(units: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits);
  const seconds = Number(units / perSecond);
  const fraction = padded(units % perSecond, digits).replace(/0+$/, '');
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const time = parts.map((part) => padded(part, 2)).join(':');
  return fraction === '' ? time : `${time}.${fraction}`;
}

function timestampText(units: bigint, digits: number, zone: string): string {
  const perDay = 86_400n * 10n ** BigInt(digits);
  const time = ((units % perDay) + perDay) % perDay;
  const [date, era] = dateText(Number((units - time) / perDay));
  return `${date}${era} ${timeText(time, digits)}${zone}`;
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return String(value);
  const digits = padded(value < 0n ? -value : value, scale + 1);
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function integerText(value: bigint, logical: LogicalType | undefined): string {
  if (logical?.kind === 'date') return dateText(Number(value)).join('');
  if (logical?.kind === 'decimal') return decimalText(value, logical.scale);
  if (logical?.kind !== 'time' && logical?.kind !== 'timestamp') return String(value);
  const zone = logical.isUtc ? '+00' : '';
  if (logical.kind === 'timestamp') return timestampText(value, logical.digits, zone);
  return `${timeText(value, logical.digits)}${zone}`;
}

/** The shortest digits that are read back as the same number. */
function floatText(value: number, isSingle: boolean): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  for (let digits = 1; isSingle && digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(isSingle ? Number(value.toPrecision(9)) : value);
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The least text of the same length that is greater than all that begin with `characters`. */
function raised(characters: readonly string[]): string | undefined {
  const kept = [...characters];
  for (let last = kept.pop(); last !== undefined; last = kept.pop()) {
    const next = last.codePointAt(0)! + 1;
    if (next > LAST_CHARACTER) continue;
    return `${kept.join('')}${String.fromCodePoint(next === FIRST_SURROGATE ? AFTER_SURROGATES : next)}`;
  }
  return undefined;
}

/** Enough for one character more than are kept. */
const MAX_DECODED_BYTES = 4 * (MAX_CHARACTERS + 1);

/** Decodes the first 65 characters of UTF-8, or more; undefined if it is none. */
function decoded(bytes: Uint8Array): string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    // A character that is cut in the middle is left out.
    const stream = bytes.length > MAX_DECODED_BYTES;
    return decoder.decode(bytes.subarray(0, MAX_DECODED_BYTES), { stream });
  } catch {
    return undefined;
  }
}

function boundText(bytes: Uint8Array, bound: 'min' | 'max'): StatisticText | undefined {
  const text = decoded(bytes);
  if (text === undefined) return undefined;
  const characters = Array.from(text);
  if (characters.length <= MAX_CHARACTERS) return { text, isExact: true };
  const kept = characters.slice(0, MAX_CHARACTERS);
  const shortened = bound === 'min' ? kept.join('') : raised(kept);
  return shortened === undefined ? undefined : { text: shortened, isExact: false };
}

/**
 * A least or greatest value as text, as the engine casts it to VARCHAR in UTC; floats as the
 * shortest digits that are read back as the same number.
 *
 * Of a text of more than 64 characters, `min` is the first 64 of them, and `max` these with the
 * last one raised by one: bounds, not values.
 *
 * @returns undefined where there is no such text.
 */
export function statisticText(
  value: StatisticValue,
  { physical, logical }: SchemaLeaf,
  bound: 'min' | 'max',
): StatisticText | undefined {
  if (typeof value === 'number') {
    return { text: floatText(value, physical === 'FLOAT'), isExact: true };
  }
  if (typeof value !== 'bigint') {
    if (logical?.kind !== 'uuid') return boundText(value, bound);
    return { text: uuidText(value), isExact: true };
  }
  if (physical === 'BOOLEAN') return { text: String(value !== 0n), isExact: true };
  return { text: integerText(value, logical), isExact: true };
}
