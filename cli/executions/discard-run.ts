import type { S3Client } from '#aws/clients/s3.ts';
import { deleteObjects } from '#aws/delete-objects.ts';
import { readStarts } from '#aws/ledger-audit.ts';
import { listObjectsAfter, readText } from '#aws/objects.ts';
import { abortUpload, isUnderWay } from '#aws/single-upload.ts';
import { lastUpload } from '#aws/upload-records.ts';
import type { Deployment } from '#cli/deployment/deployment.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import { isOwnChunk } from '#core/run/chunk-name.ts';
import { dataFolder, generationKey } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { watchRun } from './watch-run.ts';

/** What was removed of a run. */
export interface Discarded {
  readonly chunks: number;
  /** Uploads of one object, whose parts nobody sees and everybody pays. */
  readonly uploads: number;
}

/** An execution that was stopped, and its run. */
interface StoppedRun {
  readonly executionArn: string;
  readonly header: RunHeader;
}

/** Most objects of one request. */
const PAGE = 1000;

/** @throws {UsageError} the run is complete, or another execution works on it. */
async function assertAbandoned(
  { clients, places }: Deployment,
  { executionArn, header }: StoppedRun,
): Promise<void> {
  const { location, generation, runId } = header;
  const manifest = generationKey(location.prefix, generation);
  if ((await readText(clients.s3, location.bucket, manifest)) !== undefined) {
    throw new UsageError(`run ${runId} is complete; nothing of it was removed`);
  }
  const ledger = { client: clients.dynamo, table: (await places()).ledger };
  const last = (await readStarts(ledger, ledgerName(header)))?.lastExecution;
  if (last === undefined || last === executionArn) return;
  throw new UsageError(
    `the execution ${last} works on run ${runId}, too; cancel that one, then nothing needs these chunks`,
  );
}

async function removeUpload(client: S3Client, header: RunHeader): Promise<number> {
  const upload = await lastUpload(client, header);
  if (upload === undefined) return 0;
  const { bucket } = header.location;
  await abortUpload(client, { bucket, key: chunkKey(header, 0), id: upload.id });
  return 1;
}

async function removeChunks(
  client: S3Client,
  header: RunHeader,
  signal: AbortSignal,
): Promise<number> {
  const { location, base } = header;
  const { bucket, prefix } = location;
  const place = { bucket, prefix: `${prefix}${dataFolder(base)}`, after: undefined };
  const keys: string[] = [];
  for await (const { key } of listObjectsAfter(client, place)) {
    if (isOwnChunk(header, key)) keys.push(key);
  }
  for (let at = 0; at < keys.length; at += PAGE) {
    await deleteObjects(client, bucket, keys.slice(at, at + PAGE), signal);
  }
  return keys.length;
}

/**
 * Removes what a stopped run has written: its chunks, and the upload of one object. Its plan and
 * claim stay, so the same request writes it again. A writer that is still under way may write one
 * chunk more.
 *
 * @throws {UsageError} the run is complete, or another execution works on it.
 * @throws {AccessDeniedError} the caller may not delete.
 */
export async function discardRun(
  deployment: Deployment,
  stopped: StoppedRun,
  signal: AbortSignal,
): Promise<Discarded> {
  await assertAbandoned(deployment, stopped);
  const { s3 } = deployment.clients;
  const { header } = stopped;
  const uploads = await removeUpload(s3, header);
  return { uploads, chunks: await removeChunks(s3, header, signal) };
}

/**
 * Whether what an execution has written of a run was removed since: a redrive would not write it
 * again, as Step Functions runs only the children that did not succeed.
 *
 * @param done children that succeeded.
 */
export async function wasDiscarded(
  client: S3Client,
  header: RunHeader,
  done: number,
): Promise<boolean> {
  const upload = await lastUpload(client, header);
  if (upload !== undefined) {
    const { bucket } = header.location;
    return !(await isUnderWay(client, { bucket, key: chunkKey(header, 0), id: upload.id }));
  }
  const progress = await watchRun(client, header)();
  return progress !== undefined && progress.done < done;
}
