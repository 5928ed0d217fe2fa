import { chunkName, type StoredRun } from '#cli/outputs/stored-run.ts';
import type { Manifest, ManifestEntry } from '#core/manifest/manifest.ts';
import { Tally } from '#core/manifest/tally.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { outputOf } from '#core/run/run-output.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';

function entryProblems(manifest: Manifest, entry: ManifestEntry, position: number): string[] {
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
  if (before !== undefined && chunkName(before) >= chunkName(entry)) {
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
  const pattern = new RegExp(`^chunk-\\d{6}${RegExp.escape(outputOf(output).ending)}$`);
  const last = chunkName(entries.at(-1)!);
  const isAllowed = isContinued || attempts.length > 0;
  return (name) => isAllowed && name > last && pattern.test(name);
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
  return [
    ...manifest.entries.flatMap((entry, position) => entryProblems(manifest, entry, position)),
    ...totalsProblems(manifest),
    ...nameProblems(run),
  ];
}
