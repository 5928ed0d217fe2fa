import {
  AccessDeniedError,
  BoundExceededError,
  CorruptSourceError,
  type FanoutError,
  SourceChangedError,
  SourceNotFoundError,
  UnsupportedSourceError,
} from '#core/errors.ts';

/** What can be wrong with an object alone, and not with the request or with S3. */
const OWN_FAULTS = [
  ...[AccessDeniedError, BoundExceededError, CorruptSourceError, SourceChangedError],
  ...[SourceNotFoundError, UnsupportedSourceError],
];

/** Whether an error may be the fault of one object of a table. */
export function isOwnFault(error: unknown): error is FanoutError {
  return OWN_FAULTS.some((fault) => error instanceof fault);
}

/** Does what reads one object alone, and has an error that is its own fault carry its URI. */
export async function blaming<T>(uri: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isOwnFault(error)) error.object ??= uri;
    throw error;
  }
}
