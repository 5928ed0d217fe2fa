const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** `8.3 s`, `47 s`, `12 min`, `3.2 h`: two digits or three are enough for an estimate. */
export function secondsText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 2 * MINUTE) return `${Math.round(seconds)} s`;
  if (seconds < 2 * HOUR) return `${Math.round(seconds / MINUTE)} min`;
  return `${(seconds / HOUR).toFixed(1)} h`;
}
