/** A double as the engine writes it: with an exponent where it would have many zeros. */
export function engineDouble(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  const isShort = value === 0 || (size >= 1e-4 && size < 1e16);
  return isShort ? `${value}` : value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
