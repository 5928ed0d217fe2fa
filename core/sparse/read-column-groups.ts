import type { Matrix } from './matrix.ts';

/**
 * Reads which group of `columnTypes` each column is of. One read of a byte per column.
 *
 * @returns undefined where all columns are of one dtype.
 */
export async function readColumnGroups({ parts }: Matrix): Promise<Uint8Array | undefined> {
  const stored = parts[0]!.part.columnGroups;
  if (stored === undefined) return undefined;
  return await stored.source.read({ offset: stored.offset, length: stored.length });
}
