import { TransformError } from '#core/errors.ts';
import { functionText } from './apply-function.ts';
import { type ChunkOptions, type ConvertedChunk, convertChunk } from './convert-chunk.ts';
import type { TableSlice } from './table-slice.ts';

/** A transform that takes longer for a sample takes hours for the table. */
export const TRANSFORM_MS = 120_000;

/**
 * Converts a sample within milliseconds where a transform might make it last forever.
 *
 * @throws {TransformError} it took longer.
 * @throws as {@link convertChunk}.
 */
export async function convertLimited(
  slices: readonly TableSlice[],
  options: ChunkOptions,
  milliseconds: number,
): Promise<ConvertedChunk> {
  if (options.layout.transform === undefined) return await convertChunk(slices, options);
  const limit = AbortSignal.timeout(milliseconds);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  try {
    return await convertChunk(slices, { ...options, signal });
  } catch (error) {
    if (error !== limit.reason) throw error;
    const [what, advice] =
      'sql' in options.layout.transform
        ? ['transform.sql', 'give a SELECT that takes less']
        : [functionText(options.layout.transform.lambda), 'give it more memory or less to do'];
    throw new TransformError(
      `${what} took more than ${milliseconds / 1000} s for a sample of the table; ${advice}`,
      { cause: error },
    );
  }
}
