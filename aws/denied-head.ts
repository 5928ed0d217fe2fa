import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ServiceUnavailableError } from '#core/errors.ts';
import { statusOf } from './errors.ts';

/** Statuses whose reason only a body says. */
const UNEXPLAINED = new Set([400, 403]);

/**
 * Sends a HEAD request. The answer to a HEAD has no body, so a HEAD that is denied or refused is
 * repeated as a GET of one byte, whose answer says which role may not do what on which resource, or
 * what the object needs.
 *
 * @throws the SDK's error, of the GET where the HEAD was denied or refused.
 * @throws {ServiceUnavailableError} the GET was not.
 */
export async function sendHead(
  client: S3Client,
  input: HeadObjectCommandInput,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput> {
  const options = { abortSignal: signal };
  try {
    return await client.send(new HeadObjectCommand(input), options);
  } catch (error) {
    if (!UNEXPLAINED.has(statusOf(error))) throw error;
    const { Bucket, Key, VersionId } = input;
    const get = new GetObjectCommand({ Bucket, Key, VersionId, Range: 'bytes=0-0' });
    const { Body } = await client.send(get, options);
    await Body?.transformToByteArray();
    // Whoever may GET may also HEAD, so this will pass: the clocks differed for a moment, or a
    // permission has just arrived.
    const passing = `a HEAD of s3://${Bucket}/${Key} was denied, a GET was not`;
    throw new ServiceUnavailableError(passing, { cause: error });
  }
}
