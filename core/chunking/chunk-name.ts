import { OUTPUT_FOLDERS } from '#core/contract.ts';

const ID_DIGITS = 6;

/** More chunks would not fit the six digits of a chunk id. */
export const MAX_CHUNKS = 1_000_000;

/** `000042`, the id of chunk 42; ids of one run ascend as text and as numbers alike. */
export function chunkId(index: number): string {
  return String(index).padStart(ID_DIGITS, '0');
}

/** Key of a chunk below its output prefix: `<prefix>data/chunk-000042.csv`. */
export function chunkKey(prefix: string, index: number): string {
  return `${prefix}${OUTPUT_FOLDERS.data}chunk-${chunkId(index)}.csv`;
}
