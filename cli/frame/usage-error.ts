/**
 * The command cannot run as it was given: an argument is wrong, or something else is in its place.
 * Exit code 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
