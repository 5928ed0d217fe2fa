/** An execution started by a caller, as it is kept. Times are milliseconds since 1970. */
export interface ExecutionRecord {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly startDate: number;
  readonly stopDate?: number;
  /** JSON text. */
  readonly input: string;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly redriveCount: number;
  readonly redriveDate?: number;
  /** What it was started with: a redrive runs the same. */
  readonly definition: string;
}

/** An execution that ended, as it starts to run again: without its output and error. */
export function redrivenExecution(ended: ExecutionRecord, now: number): ExecutionRecord {
  const { executionArn, name, stateMachineArn, startDate, input, definition } = ended;
  return {
    ...{ executionArn, name, stateMachineArn, startDate, input, definition },
    status: 'RUNNING',
    redriveCount: ended.redriveCount + 1,
    redriveDate: now,
  };
}

/** Why an execution was aborted that nobody stopped. */
export const ENDED_WITH_CLOUD = 'the local cloud ended while this execution was under way';

/**
 * Event `Step Functions Execution Status Change`, its `detail`. Dates are milliseconds since 1970.
 */
export interface ExecutionStatusChange {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionRecord['status'];
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly input: string;
  readonly output: string | null;
  readonly inputDetails: { readonly included: true };
  readonly outputDetails: { readonly included: true } | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly redriveCount: number;
  readonly redriveDate: number | null;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export function statusChange(record: ExecutionRecord): ExecutionStatusChange {
  const { executionArn, stateMachineArn, name, status, startDate, input, redriveCount } = record;
  return {
    ...{ executionArn, stateMachineArn, name, status, startDate },
    stopDate: record.stopDate ?? null,
    input,
    output: record.output ?? null,
    inputDetails: { included: true },
    outputDetails: record.output === undefined ? null : { included: true },
    error: record.error ?? null,
    cause: record.cause ?? null,
    redriveCount,
    redriveDate: record.redriveDate ?? null,
  };
}
