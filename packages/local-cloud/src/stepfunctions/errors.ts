/** The state machine, or a field of it, is not implemented here: it is refused, not run wrongly. */
export class UnsupportedDefinition extends Error {
  override readonly name = 'UnsupportedDefinition';
  /** What refuses it: a state type, a field, or a field with its value. */
  readonly by: string;

  constructor(state: string, by: string) {
    super(`${by} of ${state} is not implemented by the local Step Functions`);
    this.by = by;
  }
}

/** Step Functions itself would reject the definition. */
export class InvalidDefinition extends Error {
  override readonly name = 'InvalidDefinition';

  constructor(problem: string) {
    super(`Invalid State Machine Definition: '${problem}'`);
  }
}

/** How a {@link StatesError} behaves beside its name and cause. */
interface StatesErrorTraits {
  /** Neither retried nor caught, whatever the definition says. */
  readonly terminal?: boolean;
  /** The cause opens with the state and the event that entered it. */
  readonly namesState?: boolean;
  /** A JSONata field failed: recorded as `EvaluationFailed`, with the field when it is known. */
  readonly evaluation?: { readonly location?: string };
}

/** A failure of a state, under the name that Retry and Catch compare. */
export class StatesError extends Error {
  override readonly name = 'StatesError';
  /** Such as `States.Timeout`; undefined only for a Fail state without Error. */
  readonly error: string | undefined;
  /** Undefined where AWS gives no cause. */
  readonly reason: string | undefined;
  readonly traits: StatesErrorTraits;

  constructor(
    error: string | undefined,
    reason: string | undefined,
    traits: StatesErrorTraits & ErrorOptions = {},
  ) {
    super(`${error}: ${reason}`, traits);
    this.error = error;
    this.reason = reason;
    this.traits = traits;
  }
}

/** A JSONata field failed, or gave what the field cannot take. */
export function queryEvaluationError(reason: string, location?: string): StatesError {
  const evaluation = location === undefined ? {} : { location };
  return new StatesError('States.QueryEvaluationError', reason, { namesState: true, evaluation });
}

/** The terminal error of a value that cannot be worked with at run time. */
export function runtimeError(reason: string): StatesError {
  return new StatesError('States.Runtime', reason, { terminal: true, namesState: true });
}

/** The execution was stopped, ran out of time, or its map run ended around it. */
export class ExecutionInterrupted extends Error {
  override readonly name = 'ExecutionInterrupted';
  readonly status: 'ABORTED' | 'TIMED_OUT';
  readonly error: string | undefined;
  readonly reason: string | undefined;

  constructor(status: 'ABORTED' | 'TIMED_OUT', error?: string, reason?: string) {
    super(`execution ${status}`);
    this.status = status;
    this.error = error;
    this.reason = reason;
  }
}

/** A refused API call, answered as `{ "__type": name, "message": … }`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The exception's name in the Step Functions API. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}
