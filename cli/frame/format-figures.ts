const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `1234567` as `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 chunk`, `1,234 chunks`: a count with its noun, whose plural has an s. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Bytes to three digits in units of 1000: `1.67 GB`; below 1000 exactly. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  if (power === 0) return `${bytes} ${UNITS[0]}`;
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}

/** Milliseconds as `12.3 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `2 MB to 3 MB`; one of the two where they read the same. */
export function rangeText(least: string, most: string): string {
  return least === most ? least : `${least} to ${most}`;
}

/** Chunks that a line names one by one. */
const MAX_NAMED = 16;

/** Some chunks for people: `chunks 0, 3, 4`, or how many if they are too many for a line. */
export function namedChunks(indices: readonly number[]): string {
  if (indices.length > MAX_NAMED) return `${formatCount(indices.length)} chunks`;
  return `chunks ${indices.join(', ')}`;
}
