/** Characters of a value in a message. */
const SHOWN = 40;

/** The begin of a text that is not ours. */
export function clipped(text: string, most: number = SHOWN): string {
  const begin = text.length > most ? `${text.slice(0, most)}…` : text;
  return begin.toWellFormed();
}

/** A value as SQL would write it, cut short. */
export function shown(value: unknown): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `'${clipped(value)}'` : clipped(String(value));
}
