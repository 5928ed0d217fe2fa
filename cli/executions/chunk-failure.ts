import type { S3Client } from '#aws/clients.ts';
import { listObjects, readLines } from '#aws/objects.ts';
import { RESULTS_FOLDER } from '#core/contract.ts';
import { causeSentence } from '#core/failure/cause-sentence.ts';
import type { OutputLocation } from '#core/run/run-header.ts';
import { ExecutionFailed } from './execution-failed.ts';

/** The error of an execution whose writers failed. It is true, but does not say why. */
const MAP_FAILURE = 'States.ExceedToleratedFailureThreshold';

const FAILED_RESULTS = /\/FAILED_\d+\.jsonl$/;

/** A failed child as the ResultWriter describes it; only the fields that are read. */
interface FailedChild {
  readonly Error?: string;
  readonly Cause?: string;
  /** JSON: the input of the writer. */
  readonly Input: string;
  readonly StopDate?: string;
}

async function firstLine(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return line;
  return '';
}

/** The first failed child of each Map Run, read from the results below the run's output. */
async function* failedChildren(
  client: S3Client,
  { bucket, prefix }: OutputLocation,
): AsyncGenerator<FailedChild> {
  for await (const { key } of listObjects(client, bucket, `${prefix}${RESULTS_FOLDER}/`)) {
    if (!FAILED_RESULTS.test(key)) continue;
    yield JSON.parse(await firstLine(readLines(client, bucket, key)));
  }
}

function stoppedAt({ StopDate = '' }: FailedChild): string {
  return StopDate;
}

/**
 * Replaces the error of the whole Map by that of the writer that failed.
 *
 * @returns the given error when it is another one, or when the results name no writer.
 */
export async function explainFailure(
  client: S3Client,
  output: OutputLocation,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ExecutionFailed) || error.name !== MAP_FAILURE) return error;
  const children = await Array.fromAsync(failedChildren(client, output));
  const last = children.sort((a, b) => stoppedAt(a).localeCompare(stoppedAt(b))).at(-1);
  if (last?.Error === undefined) return error;
  const { chunk } = JSON.parse(last.Input);
  const sentence = causeSentence(last.Cause ?? 'the writer gave no reason');
  return new ExecutionFailed(
    last.Error,
    `chunk ${chunk.index} (rows ${chunk.rowStart} to ${chunk.rowEnd}): ${sentence}`,
  );
}
