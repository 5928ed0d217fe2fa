import { chunkName } from '#cli/outputs/stored-run.ts';
import { folderOfEntry } from '#core/manifest/kept-set.ts';
import type { Manifest, ManifestEntry } from '#core/manifest/manifest.ts';
import { partitionColumns } from '#core/run/chunk-key.ts';

function entryProblems(
  { index, partition, within, range, rowStart, rowEnd, ...entry }: ManifestEntry,
  columns: readonly string[],
  ends: Map<string, number>,
): string[] {
  if (partition === undefined || (within ?? range) === undefined) {
    return [`chunk ${index} does not say of which partition it is`];
  }
  const problems: string[] = [];
  const folder = folderOfEntry(columns, { partition });
  if (!chunkName({ index, rowStart, rowEnd, ...entry }).startsWith(`${folder}chunk-`)) {
    problems.push(`chunk ${index} lies in another folder than that of its partition, ${folder}`);
  }
  // Those of a range of the source are counted nowhere; that ranges tile it was proved.
  if (within === undefined) return problems;
  const before = ends.get(folder) ?? 0;
  if (within.start !== before) {
    problems.push(
      `chunk ${index} begins at row ${within.start} of its partition, not at row ${before}`,
    );
  }
  if (within.end - within.start !== rowEnd - rowStart) {
    problems.push(`chunk ${index} says two different numbers of rows`);
  }
  ends.set(folder, within.end);
  return problems;
}

/**
 * Finds out whether the chunks of a partitioned table are rows of their partitions without a gap or
 * overlap, in each generation. That these are all rows of the source was proved when they were
 * gathered.
 */
export function partitionProblems({ entries, generations, output }: Manifest): string[] {
  const columns = partitionColumns(output);
  if (columns.length === 0) return [];
  const problems: string[] = [];
  let chunks = 0;
  for (const generation of generations) {
    const own = entries.slice(chunks, chunks + generation.chunks);
    const ends = new Map<string, number>();
    for (const entry of own) problems.push(...entryProblems(entry, columns, ends));
    chunks += generation.chunks;
  }
  return problems;
}
