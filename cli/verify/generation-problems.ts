import { crc32 } from 'node:zlib';
import { locationOf, type StoredRun } from '#cli/outputs/stored-run.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { runsBefore, runsOfSet, wholeManifest } from '#core/manifest/earlier.ts';
import { settingsOf, sinceOf } from '#core/manifest/generations.ts';
import {
  dividedEntries,
  folderOfEntry,
  inPartitions,
  type KeptSet,
  keptSet,
} from '#core/manifest/kept-set.ts';
import {
  type Generation,
  type Manifest,
  type ManifestEntry,
  type ManifestLink,
  parseManifest,
} from '#core/manifest/manifest.ts';
import { partitionColumns } from '#core/run/chunk-key.ts';
import { totalsProblems } from './manifest-problems.ts';

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Faults in the list of generations itself: a gap or overlap of rows or chunks, or another run than
 * that of the manifest.
 */
function listProblems(manifest: Manifest, generations: readonly Generation[]): string[] {
  const problems: string[] = [];
  let row = 0;
  let chunks = 0;
  let before: number | undefined;
  for (const { generation, rowStart, rowEnd, ...own } of generations) {
    const expected = (before ?? generation - 1) + 1;
    // Of those before partitions were replaced, some may have nothing left.
    const isLeft = generation > expected && generation <= (manifest.since ?? 0);
    if (generation !== expected && !isLeft) {
      problems.push(`generation ${generation} is in the place of generation ${expected}`);
    }
    before = generation;
    const entries = manifest.entries.slice(chunks, chunks + own.chunks);
    if (rowStart !== row || rowEnd !== (entries.at(-1)?.rowEnd ?? row)) {
      problems.push(
        `generation ${generation} says rows ${rowStart} to ${rowEnd}, which are not those of its chunks`,
      );
    }
    row = rowEnd;
    chunks += own.chunks;
  }
  if (chunks !== manifest.entries.length) {
    problems.push(`the generations have ${chunks} of ${manifest.entries.length} chunks`);
  }
  const last = generations.at(-1);
  if (manifest.generation !== last?.generation || last.runId !== manifest.runId) {
    problems.push(
      `generation ${manifest.generation} of run ${manifest.runId} is not the last of the list`,
    );
  }
  return problems;
}

/** A manifest beside the one before it, each with its own lists alone. */
interface Neighbours {
  readonly newer: Manifest;
  readonly older: Manifest;
  /** What identifies the older one. */
  readonly link: ManifestLink;
  /** Where the newer one replaces partitions: what it leaves of the set. */
  readonly left?: Left | undefined;
}

/** What stays of a set, some of whose partitions are replaced. */
interface Left {
  readonly kept: KeptSet;
  readonly entries: readonly ManifestEntry[];
}

/** @throws {ManifestError} a manifest that the older one links is missing or another. */
async function leftOf(
  { generation, since, generations, entries, output }: Manifest,
  olderText: string,
  read: StoredRun['readGeneration'],
): Promise<Left | undefined> {
  if (since !== generation) return undefined;
  const before = parseManifest(olderText);
  const whole = await wholeManifest(olderText, read);
  const columns = partitionColumns(output);
  const own = entries.slice(entries.length - generations.at(-1)!.chunks);
  const folders = new Set(own.map((entry) => folderOfEntry(columns, entry)));
  const isReplaced = inPartitions(output, folders);
  const linked = await Promise.all((before.earlier ?? []).map((each) => read(each.generation)));
  const runs = runsOfSet(
    before,
    linked.map((text) => parseManifest(text!)),
  );
  const each = async function* () {
    yield* whole.entries;
  };
  const divided = await Array.fromAsync(dividedEntries(runs, each(), isReplaced));
  return {
    kept: await keptSet(runs, each(), isReplaced),
    entries: divided.filter(({ isKept }) => isKept).map(({ entry }) => entry),
  };
}

/** Compares what a newer manifest says of the bytes of the one before it with them. */
function linkProblems({ newer, link }: Neighbours): string[] {
  const { generation, bytes, crc32 } = link;
  if (isSame(newer.previous, link)) return [];
  return [
    `the manifest of generation ${generation} has ${bytes} bytes and CRC-32 ${crc32}, which generation ${generation + 1} does not say`,
  ];
}

/** Compares the lists of a manifest with those of the one before, which it repeats or links. */
function succession({ newer, older, link, left }: Neighbours): string[] {
  const { generation, earlier = [], earlierReplaced = [], replaced = [] } = newer;
  const since = sinceOf(newer);
  const isLinked = [...earlier, ...earlierReplaced].some(
    (each) => each.generation === older.generation,
  );
  const run = { generation, base: { since }, location: locationOf(newer) };
  const totals = isLinked ? older.totals : undefined;
  const expected = runsBefore(run, { head: older, link, totals, kept: left?.kept });
  const isOverwritten = since === generation && left === undefined;
  const entries = left?.entries ?? (isLinked || isOverwritten ? [] : older.entries);
  const settings = isOverwritten ? {} : settingsOf(newer);
  const before = settingsOf(older);
  const { generations } = expected;
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['the chunks', entries, newer.entries.slice(0, entries.length)],
    ['the list of generations', generations, newer.generations.slice(0, generations.length)],
    ['the list of earlier manifests', expected.earlier, earlier],
    ...Object.entries(settings).map(([name, now]) => [name, before[name], now] as const),
  ];
  const problems = facts
    .filter(([, old, current]) => !isSame(old, current))
    .map(
      ([fact]) => `${fact} of generation ${link.generation} changed in generation ${generation}`,
    );
  const areListed =
    isSame(replaced, expected.replaced) && isSame(earlierReplaced, expected.earlierReplaced);
  if (areListed) return problems;
  return [`generation ${generation} does not list the runs that were replaced`, ...problems];
}

/**
 * Finds everything that is wrong with the generations of an output: faults in their list, a
 * manifest that is missing or is not the one that the next was written after, and chunks that
 * changed from one generation to one that comes after it. Reads each manifest once; holds two.
 */
export async function generationProblems(run: StoredRun): Promise<string[]> {
  const { manifest, text } = run;
  const { generation: latest, generations } = manifest;
  const problems = listProblems(manifest, generations);
  const own = await run.readGeneration(latest);
  if (own !== text) {
    problems.push(
      `the manifest of generation ${latest} is ${own === undefined ? 'missing' : 'another one'}`,
    );
  }
  let newer = parseManifest(text);
  for (let generation = latest - 1; generation > 0; generation -= 1) {
    const olderText = await run.readGeneration(generation);
    if (olderText === undefined) {
      return [...problems, `the manifest of generation ${generation} is missing`];
    }
    const older = parseManifest(olderText);
    const bytes = Buffer.from(olderText);
    const link = { generation, bytes: bytes.length, crc32: crc32Hex(crc32(bytes)) };
    const left = await leftOf(newer, olderText, (each) => run.readGeneration(each));
    const neighbours = { newer, older, link, left };
    problems.push(...linkProblems(neighbours), ...succession(neighbours), ...totalsProblems(older));
    newer = older;
  }
  return problems;
}
