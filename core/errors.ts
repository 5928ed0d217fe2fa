import type { PermanentErrorName, TransientErrorName } from './contract.ts';

/**
 * An error with a name that survives minification: Step Functions retries by `error.name`. The
 * message is one sentence: what was given, what is allowed, what to do; lower case, no final
 * period.
 */
export abstract class FanoutError extends Error {
  abstract override readonly name: TransientErrorName | PermanentErrorName;
  /** URI of the object of a table whose fault alone it is, where that is known. */
  object?: string;
}

/** A service asked to be called less often. Heals by waiting. */
export class ThrottledError extends FanoutError {
  override readonly name = 'ThrottledError';
}

/**
 * A service failed, the connection broke, or the data was damaged on the way. Heals by trying
 * again.
 */
export class ServiceUnavailableError extends FanoutError {
  override readonly name = 'ServiceUnavailableError';
}

/** The Lambda function gave up shortly before its timeout, so that its uploads could be aborted. */
export class TimeoutSoonError extends FanoutError {
  override readonly name = 'TimeoutSoonError';
}

/**
 * Another writer wrote or deleted the same key between the start and the end of an upload (HTTP
 * 409).
 */
export class UploadConflictError extends FanoutError {
  override readonly name = 'UploadConflictError';
}

/** The upload of one object was aborted, so that what was sent of it is gone. */
export class UploadLostError extends FanoutError {
  override readonly name = 'UploadLostError';
}

/** Objects of the source are not there yet, or still those of another version. Heals by waiting. */
export class IncompleteSourceError extends FanoutError {
  override readonly name = 'IncompleteSourceError';
}

/** The request is wrong; `problems` lists every fault found, one sentence each. */
export class RequestError extends FanoutError {
  override readonly name = 'RequestError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('; '), options);
    this.problems = problems;
  }
}

/** The source does not exist or cannot be read. */
export class SourceNotFoundError extends FanoutError {
  override readonly name = 'SourceNotFoundError';
}

/** The source is not the object that was pinned when the run was planned. */
export class SourceChangedError extends FanoutError {
  override readonly name = 'SourceChangedError';
}

/** The bytes of the source contradict its format. */
export class CorruptSourceError extends FanoutError {
  override readonly name = 'CorruptSourceError';
}

/** The source is well formed, but this program does not read its format, dtype or compression. */
export class UnsupportedSourceError extends FanoutError {
  override readonly name = 'UnsupportedSourceError';
}

/** The source is not what the request's `expect` says; `problems` lists every difference. */
export class ExpectationError extends FanoutError {
  override readonly name = 'ExpectationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('; '), options);
    this.problems = problems;
  }
}

/** The user's own code over the rows of a table failed, or is not what was planned. */
export class TransformError extends FanoutError {
  override readonly name = 'TransformError';
}

/** A chunk, row, plan or file would pass a stated bound. */
export class BoundExceededError extends FanoutError {
  override readonly name = 'BoundExceededError';
}

/** Something else already lies where this run would write. Nothing is overwritten. */
export class OutputConflictError extends FanoutError {
  override readonly name = 'OutputConflictError';
}

/** Chunks are missing, failed or foreign, so no manifest is written. */
export class IncompleteRunError extends FanoutError {
  override readonly name = 'IncompleteRunError';
}

/** The role has no permission for what was asked of the service. */
export class AccessDeniedError extends FanoutError {
  override readonly name = 'AccessDeniedError';
}

/** A database refuses what is asked of it; its own words stand in the message. */
export class DatabaseError extends FanoutError {
  override readonly name = 'DatabaseError';
}

/** A manifest, or a chunk it lists, is not what the manifest says. */
export class ManifestError extends FanoutError {
  override readonly name = 'ManifestError';
}
