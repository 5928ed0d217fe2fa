/**
 * The sentence of a cause, for people. Lambda gives `{ errorType, errorMessage, trace }` as JSON,
 * of which the message is used.
 */
export function causeSentence(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (parsed !== null && typeof parsed === 'object' && 'errorMessage' in parsed) {
      return String(parsed.errorMessage);
    }
  } catch {
    // A cause that is not JSON is a sentence already.
  }
  return cause;
}
