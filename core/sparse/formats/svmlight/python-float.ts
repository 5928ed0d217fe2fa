/** What Python's `float()` takes, digits grouped by single underscores included. */
const FLOAT =
  /^[+-]?(?:(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[+-]?\d(?:_?\d)*)?|inf(?:inity)?|nan)$/i;

/** What Python's `int()` takes. */
const INTEGER = /^[+-]?\d(?:_?\d)*$/;

/** The double that Python's `float()` makes of a text; undefined where it raises ValueError. */
export function pythonFloat(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const plain = text.replaceAll('_', '').toLowerCase();
  if (plain.endsWith('nan')) return Number.NaN;
  return Number(plain.replace(/inf(?:inity)?$/, 'Infinity'));
}

/** The number that Python's `int()` makes of a text, rounded beyond 2^53; undefined where it raises. */
export function pythonInt(text: string): number | undefined {
  return INTEGER.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}
