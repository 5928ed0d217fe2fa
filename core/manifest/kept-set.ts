import { partitionColumns } from '#core/run/chunk-key.ts';
import type { OutputSpec } from '#core/run/run-output.ts';
import { partitionFolder } from '#core/tables/partition/partition-folder.ts';
import type { ListedRuns } from './earlier.ts';
import type { Generation, ManifestEntry, ReplacedRun } from './manifest.ts';

/** What stays of a set when some of its partitions are replaced. */
export interface KeptSet {
  /** The runs of which anything stays, with the places of their rows from now on. */
  readonly generations: readonly Generation[];
  /** All others that were in the output. */
  readonly replaced: readonly ReplacedRun[];
  readonly chunks: number;
  readonly rows: number;
}

/** An entry of a set, and what becomes of it. */
export interface DividedEntry {
  /** As it stands in the next manifest; those that do not stay are as they were. */
  readonly entry: ManifestEntry;
  /** The generation that wrote it. */
  readonly addedBy: number;
  readonly isKept: boolean;
}

/** Folders of the partition of an entry, such as `day=2026-11-29/`. */
export function folderOfEntry(
  columns: readonly string[],
  { partition = {} }: Pick<ManifestEntry, 'partition'>,
): string {
  return partitionFolder(
    columns,
    columns.map((name) => partition[name] ?? null),
  );
}

/** Says of entries of a set whether they are of a partition that is replaced. */
export function inPartitions(
  output: OutputSpec,
  folders: ReadonlySet<string>,
): (entry: ManifestEntry) => boolean {
  const columns = partitionColumns(output);
  return (entry) => folders.has(folderOfEntry(columns, entry));
}

/**
 * Says of each entry of a set whether it stays, and gives those that do the places in chunks and
 * rows that they then have.
 *
 * @param entries all of the set, in its order.
 */
export async function* dividedEntries(
  { generations }: Pick<ListedRuns, 'generations'>,
  entries: AsyncIterable<ManifestEntry>,
  isReplaced: (entry: ManifestEntry) => boolean,
): AsyncGenerator<DividedEntry> {
  const writers = generations.flatMap(({ generation, chunks }) =>
    Array.from({ length: chunks }, () => generation),
  );
  let [position, chunks, rows] = [0, 0, 0];
  for await (const entry of entries) {
    const addedBy = writers[position]!;
    position += 1;
    if (isReplaced(entry)) {
      yield { entry, addedBy, isKept: false };
      continue;
    }
    const rowEnd = rows + entry.rowEnd - entry.rowStart;
    yield { entry: { ...entry, index: chunks, rowStart: rows, rowEnd }, addedBy, isKept: true };
    chunks += 1;
    rows = rowEnd;
  }
}

/** A run of which some rows stay, from a row on. */
function shortened(
  run: Generation,
  kept: { readonly chunks: number; readonly rows: number },
  rowStart: number,
): Generation {
  const { gone = { chunks: 0, rows: 0 }, read, ...rest } = run;
  const lost = {
    chunks: gone.chunks + run.chunks - kept.chunks,
    rows: gone.rows + run.rowEnd - run.rowStart - kept.rows,
  };
  return {
    ...{ ...rest, rowStart, rowEnd: rowStart + kept.rows, chunks: kept.chunks },
    ...(lost.chunks > 0 && { gone: lost }),
    ...(read && { read }),
  };
}

/**
 * What stays of a set when the partitions of some of its entries are replaced. Reads all entries;
 * holds the runs.
 *
 * @param set all its runs, with those that were replaced before and that no other manifest lists.
 */
export async function keptSet(
  { generations, replaced }: ListedRuns,
  entries: AsyncIterable<ManifestEntry>,
  isReplaced: (entry: ManifestEntry) => boolean,
): Promise<KeptSet> {
  const kept = new Map<number, { chunks: number; rows: number }>();
  for await (const { entry, addedBy, isKept } of dividedEntries(
    { generations },
    entries,
    isReplaced,
  )) {
    if (!isKept) continue;
    const { chunks, rows } = kept.get(addedBy) ?? { chunks: 0, rows: 0 };
    kept.set(addedBy, { chunks: chunks + 1, rows: rows + entry.rowEnd - entry.rowStart });
  }
  const stays: Generation[] = [];
  let [chunks, rows] = [0, 0];
  for (const run of generations) {
    const own = kept.get(run.generation);
    if (own === undefined) continue;
    stays.push(shortened(run, own, rows));
    chunks += own.chunks;
    rows += own.rows;
  }
  const gone = generations
    .filter(({ generation }) => !kept.has(generation))
    .map(({ generation, runId }) => ({ generation, runId }));
  return { generations: stays, replaced: [...replaced, ...gone], chunks, rows };
}
