import type { Output } from '#core/outputs/output.ts';
import { SINGLE_NAME } from '#core/outputs/single-object.ts';
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
 * folder where it overwrites others. Chunks that are parts of one object have its key, `rows.csv`.
 *
 * @param partition folders of its partition, such as `day=2026-11-29/`.
 */
export function chunkKeyBy(
  { ending, isSingle }: Pick<Output, 'ending' | 'isSingle'>,
  { location, base }: Pick<RunHeader, 'location' | 'base'>,
  index: number,
  partition = '',
): string {
  const folder = `${dataFolder(base)}${partition}`;
  const name = isSingle ? SINGLE_NAME : `chunk-${chunkId(index)}`;
  return `${location.prefix}${folder}${name}${ending}`;
}

/** The index in the key of a chunk, 0 of all in one object; undefined for any other key. */
export function chunkIndexOf(key: string): number | undefined {
  const [, name, digits] = /(?:^|\/)(chunk-(\d{6})|rows)\.[^/]+$/.exec(key) ?? [];
  if (name === undefined) return undefined;
  return digits === undefined ? 0 : Number(digits);
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
