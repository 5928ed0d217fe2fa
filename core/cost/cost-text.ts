/** `$4,600`, with cents below ten dollars, and `$0.0034` below a cent. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.01) return `$${amount.toFixed(amount < 0.0001 ? 6 : 4)}`;
  const digits = amount < 10 ? 2 : 0;
  const exact = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `$${amount.toLocaleString('en-US', exact)}`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `200 TB`, `1.5 GB`: in units of 1,000, as S3 bills them. */
export function billedSize(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}
