import type { RequestDefaults } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { parseRequest } from '#core/request/request.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { pinUnits } from '#core/sources/pin-source.ts';
import { defaultPrefix } from './output-keys.ts';
import type { OutputLocation } from './run-header.ts';
import { runIdentity, runIdOf } from './run-id.ts';

/** What a deployment adds to a request. */
export interface Deployment {
  /** The only bucket that it may write to. */
  readonly outputBucket: string;
  /** Sections that are used where a request does not say. */
  readonly requestDefaults: RequestDefaults;
}

/** A request bound to one version of its source: all that the run id stands for. */
export interface BoundRun {
  readonly request: ExportRequest;
  readonly source: SourcePin;
  readonly units: readonly SourceUnit[];
  /** The text that the run id is the digest of. */
  readonly identity: string;
  readonly runId: string;
  readonly location: OutputLocation;
}

function locate(request: ExportRequest, runId: string, bucket: string): OutputLocation {
  const { uri } = request.output;
  if (uri === null) {
    return { bucket, prefix: defaultPrefix(parseS3Uri(request.source.uris[0]!).key, runId) };
  }
  const asked = parseS3Uri(uri);
  if (asked.bucket === bucket) return { bucket, prefix: asked.key };
  throw new RequestError([
    `output.uri must lie in s3://${bucket}/, the bucket this deployment may write to, got ${uri}`,
  ]);
}

/**
 * Binds a request to one version of its source: parses it, pins the source, and computes the run id
 * and the location of the output. The same request and version always give the same run. Sends one
 * HEAD per object, and one LIST per thousand objects of a folder.
 *
 * @param input the request, or the S3 event that stands for one.
 * @throws {RequestError} with every problem of the request.
 * @throws {SourceNotFoundError} the source does not exist.
 * @throws {BoundExceededError} the source has too many parts.
 * @example
 * const input = { source: { uri: 's3://bucket/matrix.npz' } };
 * const deployment = { outputBucket: 'bucket', requestDefaults: {} };
 * const run = await bindRun(input, deployment, store);
 * console.log(run.runId, run.location.prefix);
 */
export async function bindRun(
  input: unknown,
  { outputBucket, requestDefaults }: Deployment,
  store: ObjectStore,
): Promise<BoundRun> {
  const request = parseRequest(input, requestDefaults);
  const { units } = await listUnits(store, request.source);
  const source = await pinUnits(request.source, units);
  const identity = runIdentity(request, source, outputBucket);
  const runId = await runIdOf(identity);
  return {
    request,
    source,
    units,
    identity,
    runId,
    location: locate(request, runId, outputBucket),
  };
}
