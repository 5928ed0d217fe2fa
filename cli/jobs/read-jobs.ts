import type { DynamoDBClient } from '#aws/clients/dynamo.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import { readJobs, readTryError } from '#aws/ledger-reads.ts';
import { claimedRun } from '#cli/outputs/claimed-run.ts';
import type { Job, TryError } from '#core/run/ledger-records.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import { rangeText } from '#core/run/planned-chunk.ts';

/** Keys that a job has, as SQL prints them. */
interface JobKeys {
  readonly first: readonly (string | null)[];
  readonly last: readonly (string | null)[];
  readonly keys: number;
}

/** A job, what it covers, and why its last try failed. */
export interface ShownJob extends Omit<Job, 'planned'> {
  /** In words. */
  readonly covers: string;
  readonly keys?: JobKeys;
  readonly error?: TryError;
}

/** The run whose jobs are read. */
interface JobsOfRun {
  readonly runId: string;
  readonly generation: number;
  readonly jobs: AsyncGenerator<ShownJob>;
}

/** Where the ledger and the output are. */
export interface JobsPlace {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}

async function* shownJobs(
  place: { readonly client: DynamoDBClient; readonly table: string },
  name: string,
): AsyncGenerator<ShownJob> {
  for await (const { planned, ...job } of readJobs(place, name)) {
    const chunk = parsePlanLine(planned);
    const keys = 'rowStart' in chunk ? undefined : chunk.keys;
    const error = job.status === 'failed' ? await readTryError(place, name, job) : undefined;
    yield {
      ...{ ...job, covers: rangeText(chunk) },
      ...(keys && { keys: { first: keys.first, last: keys.last, keys: keys.keys } }),
      ...(error && { error }),
    };
  }
}

/**
 * Reads the jobs of the last run of an output from the ledger: the chunks that were started, in
 * their order.
 *
 * @param generation of the output. @default the last one that was claimed
 * @throws {SourceNotFoundError} no run has claimed it.
 */
export async function readOutputJobs(
  place: JobsPlace,
  { uri, generation }: { readonly uri: string; readonly generation?: number | undefined },
  signal: AbortSignal,
): Promise<JobsOfRun> {
  const run = await claimedRun(place.s3, { uri, generation }, signal);
  const ledger = { client: place.dynamo, table: place.table };
  return { ...run, jobs: shownJobs(ledger, run.name) };
}
