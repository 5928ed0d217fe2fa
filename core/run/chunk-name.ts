import type { Output } from '#core/outputs/output.ts';
import { dataFolder, rejectsFolder } from './output-keys.ts';
import type { RunHeader } from './run-header.ts';

const ID_DIGITS = 6;

/** More chunks would not fit the six digits of a chunk id. */
export const MAX_CHUNKS = 1_000_000;

/** `000042`, the id of chunk 42. Sorted as text or as numbers, ids have the same order. */
export function chunkId(index: number): string {
  return String(index).padStart(ID_DIGITS, '0');
}

/**
 * Key of a chunk below its output prefix: `<prefix>data/chunk-000042.csv`, or `.csv.gz`; in another
 * folder where it overwrites others.
 */
export function chunkKeyBy(
  { ending }: Pick<Output, 'ending'>,
  { location, base }: Pick<RunHeader, 'location' | 'base'>,
  index: number,
): string {
  return `${location.prefix}${dataFolder(base)}chunk-${chunkId(index)}${ending}`;
}

/** Key of the rows of a chunk of a table that were left out, one JSON line each. */
export function rejectsKey(
  { location, base }: Pick<RunHeader, 'location' | 'base'>,
  index: number,
): string {
  return `${location.prefix}${rejectsFolder(base)}chunk-${chunkId(index)}.jsonl`;
}
