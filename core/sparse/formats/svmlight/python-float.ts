/** What Python's `float()` accepts, with digits grouped by single underscores. */
const FLOAT =
  /^[+-]?(?:(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[+-]?\d(?:_?\d)*)?|inf(?:inity)?|nan)$/i;

/** What Python's `int()` accepts. */
const INTEGER = /^[+-]?\d(?:_?\d)*$/;

/** The double that Python's `float()` makes from a text; undefined if it raises ValueError. */
export function pythonFloat(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const plain = text.replaceAll('_', '').toLowerCase();
  if (plain.endsWith('nan')) return Number.NaN;
  return Number(plain.replace(/inf(?:inity)?$/, 'Infinity'));
}

/**
 * The number that Python's `int()` makes from a text, rounded above 2^53; undefined if it raises
 * ValueError.
 */
export function pythonInt(text: string): number | undefined {
  return INTEGER.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}
