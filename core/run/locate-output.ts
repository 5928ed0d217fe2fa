import { RequestError } from '#core/errors.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { defaultPrefix, longKeyProblem, reservedProblem } from './output-keys.ts';
import type { OutputLocation } from './run-fields.ts';

/** @throws {RequestError} the prefix is reserved, or its keys would be too long for S3. */
function checkPrefix(location: OutputLocation, from: string): OutputLocation {
  const { prefix } = location;
  const problem = reservedProblem(prefix, from) ?? longKeyProblem(prefix, from);
  if (problem === undefined) return location;
  throw new RequestError([problem]);
}

/**
 * Where the output of a run lies.
 *
 * @param uri of the request; null for a place named after the source.
 * @throws {RequestError} it is not in the bucket, the prefix is reserved, or its keys would be too
 * long for S3.
 */
export function locate(
  { uri, sourceUri }: { readonly uri: string | null; readonly sourceUri: string },
  runId: string,
  bucket: string,
): OutputLocation {
  if (uri === null) {
    const prefix = defaultPrefix(parseS3Uri(sourceUri).key, runId);
    return checkPrefix({ bucket, prefix }, 'the output named after the source');
  }
  const asked = parseS3Uri(uri);
  if (asked.bucket === bucket) return checkPrefix({ bucket, prefix: asked.key }, 'output.uri');
  throw new RequestError([
    `output.uri must lie in s3://${bucket}/, the bucket this deployment may write to, got ${uri}`,
  ]);
}
