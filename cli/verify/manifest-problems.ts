import { chunkName, type StoredRun } from '#cli/outputs/stored-run.ts';
import type { Manifest, ManifestEntry } from '#core/manifest/manifest.ts';
import { Tally } from '#core/manifest/tally.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { partitionColumns } from '#core/run/chunk-key.ts';
import { chunkIndexOf } from '#core/run/chunk-name.ts';
import { outputOf } from '#core/run/run-output.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import { compareKeys } from '#core/tables/partition/partition-folder.ts';
import { keysProblems } from './keys-problems.ts';
import { partitionProblems } from './partition-problems.ts';

/** A manifest, and the indices of chunks with which its generations begin. */
interface Listed {
  readonly manifest: Manifest;
  readonly begins: ReadonlySet<number>;
}

/** The names of chunks in folders of partitions ascend in each generation for itself. */
function beginsOf({ generations, output }: Manifest): ReadonlySet<number> {
  const begins = new Set<number>();
  if (partitionColumns(output).length === 0) return begins;
  let chunks = 0;
  for (const generation of generations) {
    begins.add(chunks);
    chunks += generation.chunks;
  }
  return begins;
}

function entryProblems(
  { manifest, begins }: Listed,
  entry: ManifestEntry,
  position: number,
): string[] {
  const before = manifest.entries[position - 1];
  const { index, rowStart, rowEnd, meta } = entry;
  const problems: string[] = [];
  if (index !== position) problems.push(`entry ${position} is chunk ${index}`);
  if (rowStart !== (before?.rowEnd ?? 0)) {
    problems.push(`chunk ${index} begins at row ${rowStart}, not at ${before?.rowEnd ?? 0}`);
  }
  if (rowEnd < rowStart) problems.push(`chunk ${index} ends at row ${rowEnd} before it begins`);
  const { record_count } = meta;
  if (record_count !== outputOf(manifest.output).recordCount(entry, record_count)) {
    problems.push(`chunk ${index} says ${record_count} records for its rows`);
  }
  const isContinued = before !== undefined && !begins.has(index);
  if (isContinued && compareKeys(chunkName(before), chunkName(entry)) >= 0) {
    problems.push(`the names of chunks ${before.index} and ${index} do not ascend`);
  }
  return problems;
}

/**
 * Finds where the totals of a manifest are not those of its chunks, or its facts are not those of
 * its rows.
 */
export function totalsProblems(manifest: Manifest): string[] {
  const { entries, totals, facts } = manifest;
  const sums = new TotalsBuilder(manifest);
  for (const entry of entries) sums.add(entry);
  const { counts, ...expected } = sums.totals();
  const problems = Object.entries(expected)
    .filter(([field, sum]) => totals[field as keyof typeof expected] !== sum)
    .map(
      ([field, sum]) => `totals.${field} is ${totals[field as keyof typeof expected]}, not ${sum}`,
    );
  const tally = new Tally();
  tally.add(counts);
  problems.push(...tally.differences(totals.counts, 'the totals'));
  const { rows = expected.rows, counts: all = totals.counts } = sourceOf(facts);
  if (expected.rows !== rows) problems.push(`the chunks hold ${expected.rows} of ${rows} rows`);
  return [...problems, ...tally.differences(all, 'the facts')];
}

/**
 * Names that only chunks have of a later generation, or of an attempt that came to nothing: what
 * was written after that lies in another folder.
 */
function foreignName({ manifest, isContinued }: StoredRun): (name: string) => boolean {
  const { entries, output, attempts = [] } = manifest;
  const { ending } = outputOf(output);
  const isAllowed = isContinued || attempts.length > 0;
  const isLater = (name: string) => (chunkIndexOf(name) ?? -1) >= entries.length;
  return (name) => isAllowed && isLater(name) && name.endsWith(ending);
}

function nameProblems(run: StoredRun): string[] {
  const { manifest, names } = run;
  const listed = new Set(manifest.entries.map(chunkName));
  const isForeign = foreignName(run);
  return names
    .filter((name) => !listed.has(name) && !isForeign(name))
    .map((name) => `${name} lies beside the chunks but is not in the manifest`);
}

/**
 * Finds every contradiction of a manifest with itself and with the names in `data/`: a gap or
 * overlap of rows, order, totals, the composed CRC-32, foreign files. Reads no chunk.
 */
export function manifestProblems(run: StoredRun): string[] {
  const { manifest } = run;
  const listed = { manifest, begins: beginsOf(manifest) };
  return [
    ...manifest.entries.flatMap((entry, position) => entryProblems(listed, entry, position)),
    ...partitionProblems(manifest),
    ...keysProblems(manifest),
    ...totalsProblems(manifest),
    ...nameProblems(run),
  ];
}
