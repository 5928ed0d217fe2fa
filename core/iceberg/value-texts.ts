/** Microseconds of a second. */
const MICROS = 1_000_000n;
const SECONDS_OF_DAY = 86_400n;

const DATE = /^(\d{4,6})-(\d\d)-(\d\d)( \(BC\))?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const TIMESTAMP = /^(\S+(?: \(BC\))?) ([\d:.]+)(?:\+00)?$/;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

const DAYS_PER_ERA = 146_097;

/**
 * Days since 1970 of a day of the calendar, whatever its year.
 * @see https://howardhinnant.github.io/date_algorithms.html#days_from_civil
 */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * DAYS_PER_ERA + yearOfEra * 365 + leaps + dayOfYear - 719_468;
}

/** Days since 1970; undefined if a text is no day. */
export function daysOfText(text: string): number | undefined {
  const [, year, month, day, era] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  return daysOf(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
}

/** Microseconds since midnight; undefined if a text is no time. */
export function microsOfTime(text: string): bigint | undefined {
  const [, hours, minutes, seconds, fraction = ''] = TIME.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, '0'));
}

/** Microseconds since 1970, in UTC; undefined if a text is no timestamp. */
export function microsOfTimestamp(text: string): bigint | undefined {
  const [, date = '', time = ''] = TIMESTAMP.exec(text) ?? [];
  const [days, micros] = [daysOfText(date), microsOfTime(time)];
  if (days === undefined || micros === undefined) return undefined;
  return BigInt(days) * SECONDS_OF_DAY * MICROS + micros;
}

/** The digits of a decimal as a whole number; undefined if a text has others than `scale`. */
export function unscaledOf(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction.length > scale) return undefined;
  const digits = BigInt(`${whole}${fraction.padEnd(scale, '0')}`);
  return sign === '-' ? -digits : digits;
}

/** The 16 bytes of a UUID; undefined if a text is none. */
export function uuidBytes(text: string): Uint8Array | undefined {
  return UUID.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined;
}
