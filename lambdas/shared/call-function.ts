import { randomUUID } from 'node:crypto';
import type { LambdaClient } from '#aws/clients/lambda.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import { isNamed } from '#aws/errors.ts';
import { type FunctionEvent, type FunctionFailure, invokeFunction } from '#aws/invoke-function.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { TransformArns } from '#core/contract.ts';
import { SourceNotFoundError, TransformError } from '#core/errors.ts';
import { transformKey } from '#core/run/output-keys.ts';
import { transformFunction } from '#core/tables/run/transform-function.ts';
import { type CallFunction, type FunctionCall, functionText } from '#tables/apply-function.ts';
import { openOwn } from './open-own.ts';
import { sendFile } from './send-file.ts';

/** What calls the functions of transforms. */
export interface TransformDeps {
  readonly s3: S3Client;
  /** Absent where the deployment has no functions. */
  readonly lambda?: LambdaClient;
  /** The functions of the deployment. */
  readonly transforms: TransformArns;
}

/** What rows are of: a chunk of a run, or its sample. */
export interface CalledFor {
  readonly bucket: string;
  readonly runId: string;
  /** Such as `chunk 4`. */
  readonly what: string;
}

/** A writer has fifteen minutes, of which it needs some before and after. */
const MOST_MILLISECONDS = 600_000;

/** Of an error's message: what is longer is a book, or a table. */
const MAX_MESSAGE = 1_000;

function timeoutProblem(text: string, what: string): string {
  return `${text} took more than ${MOST_MILLISECONDS / 1000} s for ${what}; give it more memory, or ask for smaller files`;
}

function failureProblem({ type, message }: FunctionFailure, text: string, what: string): string {
  const said = message.slice(0, MAX_MESSAGE).toWellFormed();
  return `${text} failed for ${what}: ${type}: ${said}`;
}

/** @throws {TransformError} the deployment has another version now. */
function arnOf({ lambda }: FunctionCall, transforms: TransformArns): string {
  const { name, version } = lambda;
  const deployed = transformFunction({ lambda: name }, transforms);
  if (deployed.version === version) return deployed.arn;
  throw new TransformError(
    `the run was planned with ${functionText(lambda)}, but the deployment has version ${deployed.version} now; start the request again`,
  );
}

async function invoke(
  lambda: LambdaClient,
  call: FunctionCall,
  { arn, payload, what }: FunctionEvent & Pick<CalledFor, 'what'>,
): Promise<void> {
  const text = functionText(call.lambda);
  const limit = AbortSignal.timeout(MOST_MILLISECONDS);
  const signal = call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]);
  const failure = await invokeFunction(lambda, { arn, payload }, signal).catch((error: unknown) => {
    const isGone = isNamed(error, 'ResourceNotFoundException');
    if (!limit.aborted && !isGone) throw error;
    const gone = `${text} is no longer there; deploy again, and start the request again`;
    throw new TransformError(isGone ? gone : timeoutProblem(text, what), { cause: error });
  });
  if (failure !== undefined) throw new TransformError(failureProblem(failure, text, what));
}

/**
 * Makes what calls the functions of transforms: it writes the rows below `_transform/<run id>/`,
 * invokes the version that was planned with both URIs, and opens what that wrote.
 *
 * Each call has keys of its own. So nobody reads what a call writes that was given up, however late
 * it comes.
 */
export function callFunctionOf(
  deps: TransformDeps,
  { bucket, runId, what }: CalledFor,
): CallFunction {
  return async (call): Promise<ByteSource> => {
    const { s3 } = deps;
    const arn = arnOf(call, deps.transforms);
    const signal = call.signal ?? new AbortController().signal;
    const name = `${what.replaceAll(' ', '-')}-${randomUUID()}`;
    const key = transformKey(runId, 'input', name);
    const contentType = 'application/vnd.apache.parquet';
    await sendFile(s3, { bucket, key, contentType }, call.path, signal);
    const [input, output] = [key, transformKey(runId, 'output', name)].map(
      (each) => `s3://${bucket}/${each}`,
    );
    await invoke(deps.lambda!, call, { arn, payload: { input, output }, what });
    const store = s3ObjectStore(s3, signal);
    try {
      return await openOwn(store, output!);
    } catch (error) {
      if (!(error instanceof SourceNotFoundError)) throw error;
      const text = functionText(call.lambda);
      const sentence = `${text} ended without writing to output for ${what}; write the rows as Parquet to the URI output of its event`;
      throw new TransformError(sentence, { cause: error });
    }
  };
}
