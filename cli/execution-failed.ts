/** An execution that ended without success: its error's name and sentence. */
export class ExecutionFailed extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Lambda puts `{ errorType, errorMessage, trace }` into a cause; the trace is not for people. */
export function sentenceOf(cause: string): string {
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
