import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Answers of CloudWatch Logs are the largest. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Calls the AWS CLI with the caller's own credentials and Region, and gives its answer. The SDK's
 * client for Lambda would be a dependency for this script alone.
 *
 * @param words such as `['lambda', 'get-function-configuration', '--function-name', name]`.
 */
export async function aws<T>(words: readonly string[]): Promise<T> {
  const { stdout } = await run('aws', [...words, '--output', 'json'], {
    maxBuffer: MAX_ANSWER_BYTES,
  });
  return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as T;
}
