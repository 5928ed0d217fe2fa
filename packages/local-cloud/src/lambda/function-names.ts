/** Name in a function's name, ARN or partial ARN, without its version or alias. */
export function nameOf(functionName: string): string {
  const parts = functionName.split(':');
  const marker = parts.indexOf('function');
  return (marker < 0 ? parts[0] : parts[marker + 1]) ?? functionName;
}

/** The qualifier of what was deployed last. */
export const LATEST = '$LATEST';

/** Version or alias in a function's name or ARN. */
export function qualifierOf(functionName: string): string | undefined {
  const parts = functionName.split(':');
  const marker = parts.indexOf('function');
  return parts[marker < 0 ? 1 : marker + 2];
}
