/** The command line cannot be followed as it was given: wrong arguments, or something else is in the way. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
