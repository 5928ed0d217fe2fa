import * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';
import { causeSentence } from './cause-sentence.ts';

/** An execution that ended without success, as Step Functions reports it to EventBridge. */
export interface FailedExecution {
  readonly executionArn: string;
  readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly stoppedAt: string;
  /** Name of the error; null where Step Functions gives none, as for most time-outs. */
  readonly error: string | null;
  /** One sentence; null where Step Functions gives none. */
  readonly cause: string | null;
}

const statusChange = z.object({
  detail: z.object({
    executionArn: z.string(),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    // Milliseconds since 1970.
    startDate: z.number(),
    stopDate: z.number(),
    error: z.nullish(z.string()),
    cause: z.nullish(z.string()),
  }),
});

/**
 * Parses a "Step Functions Execution Status Change" event. Only the fields that a report needs are
 * checked.
 *
 * @throws {RequestError} it is an event of another kind, or its execution did not fail.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function parseFailedExecution(event: unknown): FailedExecution {
  const parsed = statusChange.safeParse(event);
  if (!parsed.success) {
    throw new RequestError(
      parsed.error.issues.map(
        ({ path, message }) =>
          `ReportFailure did not get the event of a failed execution: ${path.join('.')}: ${message}`,
      ),
    );
  }
  const { executionArn, status, startDate, stopDate, error, cause } = parsed.data.detail;
  return {
    executionArn,
    status,
    startedAt: new Date(startDate).toISOString(),
    stoppedAt: new Date(stopDate).toISOString(),
    error: error ?? null,
    cause: cause === undefined || cause === null ? null : causeSentence(cause),
  };
}
