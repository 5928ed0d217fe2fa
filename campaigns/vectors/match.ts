/** The result of replaying a folder of recordings. */
export interface ReplayReport {
  readonly passed: string[];
  /** Recordings of what the service does not do, by the name it refused. */
  readonly refused: { readonly id: string; readonly by: string }[];
  readonly failed: { readonly id: string; readonly difference: string }[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Makes values comparable: turns text into a number where the recording's SDK has a number, and
 * dates into text.
 */
export function alignTypes(expected: unknown, actual: unknown): unknown {
  if (actual instanceof Date) return actual.toISOString();
  if (typeof expected === 'number' && typeof actual === 'string' && actual !== '') {
    return Number(actual);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return actual.map((value, at) => alignTypes(expected[at], value));
  }
  if (!isRecord(expected) || !isRecord(actual)) return actual;
  const aligned = Object.entries(actual).map(([key, value]) => [
    key,
    alignTypes(expected[key], value),
  ]);
  return Object.fromEntries(aligned);
}
