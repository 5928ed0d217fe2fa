import * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';
import { causeSentence } from './cause-sentence.ts';

/** An execution that ended without success, as Step Functions tells EventBridge. */
export interface FailedExecution {
  readonly executionArn: string;
  readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly stoppedAt: string;
  /** Name of the error; null where Step Functions gives none, as for most that timed out. */
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
 * Reads a "Step Functions Execution Status Change" event; only what a report needs is looked at.
 *
 * @throws {RequestError} it is another event, or of an execution that did not fail.
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
