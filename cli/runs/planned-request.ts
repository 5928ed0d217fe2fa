import type { Deployment } from '#cli/deployment/deployment.ts';
import type { Progress } from '#cli/frame/progress.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { prepareMatrix } from '#cli/local/prepare-matrix.ts';
import { prepareTable } from '#cli/local/prepare-table.ts';
import { askedRequest } from '#cli/local/run-request.ts';
import { inboxRequestOf } from '#cli/options/inbox-request.ts';
import {
  type GivenRequest,
  parseGiven,
  type RequestFields,
  requestOf,
  withFlags,
} from '#cli/options/request-file.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { withStoreOf } from '#cli/sources/with-store.ts';
import { kindIn } from '#cli/tables/source-kind.ts';
import { parseRequest } from '#core/request/request.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import type { Wing } from '#core/request/wing-fields.ts';
import type { RunOptions } from './run-options.ts';

/** Folder of the source bucket for what `run` uploads. */
const UPLOADS = 'uploads';

/** What a request is made with. */
interface Making {
  readonly deployment: Deployment;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The request of objects in S3, parsed as Plan will, so that what is wrong is said at once. */
function requestInS3(wing: Wing, given: GivenRequest): RequestFields {
  const parse = wing === 'table' ? parseTableRequest : parseRequest;
  const whole = (each: GivenRequest) =>
    each.inbox === undefined ? requestOf(each, each.locations) : inboxRequestOf(each);
  parseGiven(given, (each) => parse(whole(each)));
  return whole(given);
}

/** Uploads the files of a request. @returns the request with the objects as its source */
async function uploaded(
  wing: Wing,
  given: GivenRequest,
  { deployment, progress }: Making,
): Promise<RequestFields> {
  const store = fileObjectStore();
  try {
    const prepare = wing === 'table' ? prepareTable : prepareMatrix;
    const prepared = await prepare(given, store, undefined);
    const { sourceBucket: bucket, trigger } = await deployment.places();
    const { s3: client } = deployment.clients;
    return await prepared.upload({ client, bucket, folder: UPLOADS, trigger, progress });
  } finally {
    await store.close();
  }
}

/** Where it goes, as flags say it. */
function placeFlags({ outputUri: uri, mode }: RunOptions): RequestFields {
  return { output: { ...(uri !== undefined && { uri }), ...(mode !== undefined && { mode }) } };
}

/**
 * Makes the request that `run` starts: of objects in S3 as it was given, of files after their
 * upload.
 *
 * @throws {RequestError} the request is wrong; nothing was uploaded.
 * @throws {UsageError} files and objects are named together, or an upload would start a run.
 */
export async function plannedRequest(
  locations: readonly string[],
  options: RunOptions,
  making: Making,
): Promise<RequestFields> {
  const { deployment, signal } = making;
  const { s3 } = deployment.clients;
  const asked = await askedRequest(
    locations,
    { ...options, profile: options.textProfile },
    (said) => kindIn(said, (use) => withStoreOf(s3, signal, use)),
  );
  const given = withFlags(asked.given, placeFlags(options));
  const files = given.locations.filter((each) => !isS3Uri(each));
  if (files.length === 0) return requestInS3(asked.wing, given);
  if (files.length === given.locations.length) return await uploaded(asked.wing, given, making);
  throw new UsageError(
    `${files[0]} is a file and ${given.locations.find(isS3Uri)} an object of S3; name files alone, or objects alone`,
  );
}
