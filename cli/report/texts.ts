import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';

/** What stands where nothing is known. */
export const UNKNOWN = '–';

const MINUTE = 60;
const HOUR = 3600;

function known(value: number | undefined, format: (value: number) => string): string {
  return value === undefined || Number.isNaN(value) ? UNKNOWN : format(value);
}

/** `0.42 s`, `41 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number | undefined): string {
  return known(seconds, (value) => {
    if (value < 10) return `${Number(value.toPrecision(2))} s`;
    const whole = Math.round(value);
    if (whole < 2 * MINUTE) return `${whole} s`;
    const two = (rest: number) => String(rest).padStart(2, '0');
    if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${two(whole % MINUTE)} s`;
    return `${Math.floor(whole / HOUR)} h ${two(Math.round((whole % HOUR) / MINUTE))} min`;
  });
}

/** Milliseconds as {@link duration}. */
export function milliseconds(value: number | undefined): string {
  return duration(value === undefined ? undefined : value / 1000);
}

/** A count, with commas. */
export function count(value: number | undefined): string {
  return known(value, formatCount);
}

/** Bytes, to three digits. */
export function size(value: number | undefined): string {
  return known(value, formatBytes);
}

/** Bytes per second, to three digits. */
export function rate(value: number | undefined): string {
  return known(value, (bytes) => `${formatBytes(Math.round(bytes))}/s`);
}

/** US dollars: cents, or two digits of less than one cent. */
export function money(value: number | undefined): string {
  return known(value, (dollars) => {
    if (dollars >= 0.1 || dollars === 0) return `$${dollars.toFixed(2)}`;
    return `$${Number(dollars.toPrecision(2)).toFixed(Math.min(2 - Math.floor(Math.log10(dollars)) - 1, 8))}`;
  });
}

/** A moment in UTC, to the second. */
export function moment(value: number | undefined): string {
  return known(value, (at) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`);
}

/** How one number is compared with another: `−3 %`. */
export function difference(used: number | undefined, planned: number | undefined): string {
  if (used === undefined || planned === undefined || !(planned > 0) || Number.isNaN(used))
    return '';
  const percent = (used / planned - 1) * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  const text = Math.abs(percent).toFixed(digits);
  if (Number(text) === 0) return '±0 %';
  return `${percent < 0 ? '−' : '+'}${text} %`;
}
