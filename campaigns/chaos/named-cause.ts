import type { S3Client } from '#aws/clients/s3.ts';
import { ExecutionFailed } from '#cli/executions/execution-failed.ts';
import { explainFailure } from '#cli/executions/explain-failure.ts';
import { PERMANENT_ERRORS, RETRIES } from '#core/contract.ts';
import { BadEndState } from './end-state.ts';

/** An execution that did not succeed, as Step Functions describes it. */
export interface FailedExecution {
  readonly executionArn: string;
  readonly status: string;
  readonly error: string;
  readonly cause: string;
}

/**
 * Errors that faults may lead to: all that are retried, failures of services that a Map itself
 * calls, and a full disk.
 */
const CAUSES: readonly string[] = [
  ...RETRIES.filter(({ maxAttempts }) => maxAttempts > 0).flatMap(({ errors }) => [...errors]),
  'States.ItemReaderFailed',
  'States.ResultWriterFailed',
  'StorageFailed',
];

/** Errors that no fault of a service may cause, but a source that is replaced during a run may. */
const ON_REPLACEMENT = 'SourceChangedError';

/**
 * Names why an execution failed; for a Map, why its writer failed.
 *
 * @throws {BadEndState} the failure has no cause that a person can act on, or one that cannot be
 * true.
 */
export async function namedCause(
  s3: S3Client,
  output: { readonly bucket: string; readonly prefixes: readonly string[] },
  { executionArn, status, error, cause }: FailedExecution,
  mayBeReplaced: boolean,
): Promise<string> {
  if (status === 'ABORTED') return status;
  let failure: unknown = new ExecutionFailed(error, cause, executionArn);
  for (const prefix of output.prefixes) {
    failure = await explainFailure(s3, { bucket: output.bucket, prefix }, failure);
  }
  const { name, message } = failure as ExecutionFailed;
  if (CAUSES.includes(name) || (mayBeReplaced && name === ON_REPLACEMENT)) return name;
  const kind = PERMANENT_ERRORS.some((each) => each === name) ? 'cannot be true' : 'says nothing';
  throw new BadEndState(`the failure ${kind}: ${status} ${name}: ${message.slice(0, 2000)}`);
}
