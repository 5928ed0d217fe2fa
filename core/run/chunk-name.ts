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
 *
 * @param partition folders of its partition, such as `day=2026-11-29/`.
 */
export function chunkKeyBy(
  { ending }: Pick<Output, 'ending'>,
  { location, base }: Pick<RunHeader, 'location' | 'base'>,
  index: number,
  partition = '',
): string {
  const folder = `${dataFolder(base)}${partition}`;
  return `${location.prefix}${folder}chunk-${chunkId(index)}${ending}`;
}

/** The index in the key of a chunk; undefined for any other key. */
export function chunkIndexOf(key: string): number | undefined {
  const digits = /(?:^|\/)chunk-(\d{6})\.[^/]+$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether a key is not that of a chunk of the generations before a run. */
export function isOwnChunk({ base }: Pick<RunHeader, 'base'>, key: string): boolean {
  return (chunkIndexOf(key) ?? base.chunks) >= base.chunks;
}

/** Key of the rows of a chunk of a table that were left out, one JSON line each. */
export function rejectsKey(
  { location, base }: Pick<RunHeader, 'location' | 'base'>,
  index: number,
): string {
  return `${location.prefix}${rejectsFolder(base)}chunk-${chunkId(index)}.jsonl`;
}
