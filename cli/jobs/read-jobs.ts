import type { DynamoDBClient, S3Client } from '#aws/clients.ts';
import { readJobs, readTryError } from '#aws/ledger-reads.ts';
import { listObjects, readText } from '#aws/objects.ts';
import { lastUpload } from '#aws/upload-records.ts';
import { SourceNotFoundError } from '#core/errors.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { Job, TryError } from '#core/run/ledger-records.ts';
import { claimKey } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import { rangeText } from '#core/run/planned-chunk.ts';
import { ledgerName } from '#core/run/run-id.ts';

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

/** Number of a generation in the name of its claim: `run.json`, `run-000002.json`. */
const CLAIM = /\/run(?:-(\d{6}))?\.json$/;

/** The last generation that a run has claimed. */
async function lastGeneration(
  { s3 }: JobsPlace,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  signal: AbortSignal,
): Promise<number> {
  let last = 0;
  for await (const { key } of listObjects(s3, bucket, `${prefix}_manifest/run`, signal)) {
    const found = CLAIM.exec(key);
    if (found !== null) last = Math.max(last, Number(found[1] ?? 1));
  }
  return last;
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
  const { bucket, key } = parseS3Uri(uri);
  const prefix = key.endsWith('/') ? key : `${key}/`;
  const last = generation ?? (await lastGeneration(place, { bucket, prefix }, signal));
  const text = last === 0 ? undefined : await readText(place.s3, bucket, claimKey(prefix, last));
  if (text === undefined) {
    const which = last === 0 ? '' : ` generation ${last} of`;
    throw new SourceNotFoundError(
      `no run has claimed${which} s3://${bucket}/${prefix}; give the output.uri of a run that was planned`,
    );
  }
  const { runId } = JSON.parse(text) as { readonly runId: string };
  const ledger = { client: place.dynamo, table: place.table };
  const upload = await lastUpload(place.s3, { location: { bucket, prefix }, generation: last });
  const jobs = shownJobs(ledger, ledgerName({ runId, generation: last, upload }));
  return { runId, generation: last, jobs };
}
