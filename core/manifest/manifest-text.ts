import { ManifestError } from '#core/errors.ts';
import { columnNamesKey, outputUri } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import { type PreviousManifest, runsBefore } from './earlier.ts';
import { attemptsUpTo } from './generations.ts';
import {
  type Generation,
  MANIFEST_VERSION,
  type ManifestCompanion,
  type ManifestEntry,
  type ManifestHead,
  parseManifestEntry,
  parseManifestHead,
} from './manifest.ts';
import type { TotalsBuilder } from './totals.ts';

/** Ends the first line of a manifest, after its head. */
const BEFORE_ENTRIES = ',"entries":[';

/** Begins the line after the last entry. */
const AFTER_ENTRIES = ']';

/** A run that is written, so that its rows are known. */
export type CountedRun = RunHeader & {
  readonly rows: number;
  /** Of a table. */
  readonly columns?: ManifestHead['columns'];
  /** Of a table: how its source was read. */
  readonly read?: Generation['read'];
};

/** What is known of the sources of a set: those of the runs of which anything is in it. */
function setFacts({ facts, base, generation }: CountedRun, previous?: PreviousManifest) {
  if (previous === undefined) return facts;
  const { head, kept } = previous;
  if (kept !== undefined) {
    const all = [...kept.generations.map((run) => run.facts), facts];
    return all.reduce((before, next) => sourceOf(next).after(before));
  }
  return base.since === generation ? facts : sourceOf(facts).after(head.facts);
}

/** Said where some partitions were replaced: the folder of a set is that of its begin, else. */
function sinceIn({ base, generation }: CountedRun, previous?: PreviousManifest) {
  if (base.replaces !== undefined) return generation;
  return base.since === generation ? undefined : previous?.head.since;
}

/**
 * The part of a manifest that is known before its entries.
 *
 * @param previous manifest of the generation before; undefined when the run begins an output.
 */
export function manifestHead(run: CountedRun, previous?: PreviousManifest): ManifestHead {
  const { runId, source, output, base, chunks, generation, location, columns, read } = run;
  const columnNames = run.facts.kind === 'matrix' ? run.facts.columnNames : undefined;
  const { earlier, earlierReplaced, generations, replaced } = runsBefore(run, previous);
  const rowEnd = base.rows + run.rows;
  const since = sinceIn(run, previous);
  const attempts = attemptsUpTo(run, previous?.head.attempts);
  return {
    type: 'sparse-fanout-manifest',
    version: MANIFEST_VERSION,
    runId,
    source,
    facts: setFacts(run, previous),
    output,
    ...(columnNames && {
      columnNames: {
        uri: outputUri(location, columnNamesKey(location.prefix, base.since)),
        ...columnNames,
      },
    }),
    ...(columns && { columns }),
    generation,
    ...(since !== undefined && { since }),
    ...(previous && { previous: previous.link }),
    ...(earlier.length > 0 && { earlier }),
    ...(earlierReplaced.length > 0 && { earlierReplaced }),
    generations: [
      ...generations,
      {
        ...{ generation, runId, source, facts: run.facts, rowStart: base.rows, rowEnd, chunks },
        ...(read && { read }),
      },
    ],
    ...(replaced.length > 0 && { replaced }),
    ...(attempts.length > 0 && { attempts: [...attempts] }),
  };
}

/** What stands behind the entries of a manifest. */
interface ManifestEnd {
  /** A builder that begins after what the head links, to which every entry is added. */
  readonly totals: TotalsBuilder;
  /** Asked for behind the last entry. @default none */
  readonly companions?: (() => readonly ManifestCompanion[]) | undefined;
}

/**
 * Writes a manifest as text, one entry per line. Holds one entry at a time.
 *
 * The text depends on the arguments alone, not on the time or on the execution.
 *
 * @example
 * const head = manifestHead(run);
 * const entries = proveChunks(run, evidence);
 * for await (const text of manifestText(head, entries, { totals: new TotalsBuilder(head) })) {
 *   console.log(text.length);
 * }
 */
export async function* manifestText(
  head: ManifestHead,
  entries: AsyncIterable<ManifestEntry>,
  { totals, companions = () => [] }: ManifestEnd,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)}${BEFORE_ENTRIES}`;
  let separator = '\n';
  for await (const entry of entries) {
    totals.add(entry);
    yield `${separator}${JSON.stringify(entry)}`;
    separator = ',\n';
  }
  const listed = companions();
  const own = listed.length === 0 ? '' : `"companions":${JSON.stringify(listed)},`;
  yield `\n${AFTER_ENTRIES},${own}"totals":${JSON.stringify(totals.totals())}}\n`;
}

async function* entriesIn(lines: AsyncGenerator<string>): AsyncGenerator<ManifestEntry> {
  for await (const line of lines) {
    if (line.startsWith(AFTER_ENTRIES)) return;
    yield parseManifestEntry(line.replace(/,$/, ''));
  }
  throw new ManifestError('the manifest breaks off within its entries');
}

/**
 * Reads the head of a manifest that {@link manifestText} wrote. Its entries are read one at a time,
 * each when it is asked for.
 *
 * @throws {ManifestError} it was written by another program, is of another version, or is not
 * complete.
 * @example
 * const { head, entries } = await readManifest(lines);
 * console.log(head.runId, head.generation);
 * for await (const entry of entries) console.log(entry.url);
 */
export async function readManifest(lines: AsyncGenerator<string>): Promise<{
  readonly head: ManifestHead;
  readonly entries: AsyncGenerator<ManifestEntry>;
}> {
  const first = await lines.next();
  if (first.done === true || !first.value.endsWith(BEFORE_ENTRIES)) {
    throw new ManifestError('the manifest has no first line that ends where its entries begin');
  }
  const head = parseManifestHead(`${first.value.slice(0, -BEFORE_ENTRIES.length)}}`);
  return { head, entries: entriesIn(lines) };
}
