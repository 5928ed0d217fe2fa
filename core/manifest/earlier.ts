import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError } from '#core/errors.ts';
import { generationKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation, RunBase } from '#core/run/run-fields.ts';
import type { KeptSet } from './kept-set.ts';
import {
  type EarlierManifest,
  type Generation,
  type Manifest,
  type ManifestHead,
  type ManifestLink,
  type ManifestTotals,
  parseManifest,
  type ReplacedRun,
} from './manifest.ts';

/**
 * Bytes of lists that a manifest repeats. With a run of 0.8 kB in each generation, 10,000
 * generations are some 130 links of 0.35 kB: neither lists nor links are much larger.
 */
const REPEATED_BYTES = 64 * 1024;

/** A manifest that was written, and what identifies its bytes. */
export interface LinkedManifest {
  readonly head: ManifestHead;
  readonly link: ManifestLink;
}

/** The manifest of the generation that a run comes after. */
export interface PreviousManifest extends LinkedManifest {
  /** Given where the run's manifest links it instead of repeating its lists. */
  readonly totals?: ManifestTotals | undefined;
  /** Given where the run replaces partitions: what stays of the set. */
  readonly kept?: KeptSet | undefined;
}

/** A run, as far as it goes on with what was there or overwrites it. */
interface Succession {
  readonly generation: number;
  readonly base: Pick<RunBase, 'since'>;
}

/** What a manifest says of the runs before its own. */
type RunsBefore = Required<
  Pick<ManifestHead, 'earlier' | 'earlierReplaced' | 'generations' | 'replaced'>
>;

/** The runs of an output: those whose rows are in it, and those whose rows were. */
export type ListedRuns = Required<Pick<ManifestHead, 'generations' | 'replaced'>>;

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function asReplaced({ generation, runId }: Generation): ReplacedRun {
  return { generation, runId };
}

/** The runs that a manifest lists itself, once a later one has overwritten them. */
function goneRuns({ replaced = [], generations }: ManifestHead): readonly ReplacedRun[] {
  return [...replaced, ...generations.map(asReplaced)];
}

function overwrites({ base, generation }: Succession): boolean {
  return base.since === generation;
}

/**
 * Whether the lists that a run's manifest would repeat are so long that it links the manifest of
 * its base instead. The more links there are already, the longer the lists may be, so that links
 * and lists both grow by the root of what is in the output.
 */
export function isOutgrown(run: Succession, { head, link }: LinkedManifest): boolean {
  const { earlier = [], earlierReplaced = [], generations, replaced, ...rest } = head;
  const links = bytesOf({ earlier, earlierReplaced });
  const repeated = overwrites(run) ? bytesOf(goneRuns(head)) : link.bytes - bytesOf(rest) - links;
  return repeated > Math.max(REPEATED_BYTES, links);
}

/** How later manifests link one whose lists they do not repeat. */
function linkTo(
  location: OutputLocation,
  { head, link }: LinkedManifest,
  totals: ManifestTotals,
): EarlierManifest {
  const url = outputUri(location, generationKey(location.prefix, link.generation));
  return { ...link, url, first: head.generations[0]!.generation, totals };
}

/**
 * What the manifest of a run says of the runs before it, either as lists or as links.
 *
 * @param previous undefined when the run begins an output.
 */
export function runsBefore(
  run: Succession & { readonly location: OutputLocation },
  previous: PreviousManifest | undefined,
): RunsBefore {
  if (previous === undefined) {
    return { earlier: [], earlierReplaced: [], generations: [], replaced: [] };
  }
  const { head, totals, kept } = previous;
  const { earlier = [], earlierReplaced = [], generations, replaced = [] } = head;
  if (kept !== undefined) {
    const lists = { generations: [...kept.generations], replaced: [...kept.replaced] };
    return { earlier: [], earlierReplaced, ...lists };
  }
  const own = totals === undefined ? [] : [linkTo(run.location, previous, totals)];
  const isLinked = own.length > 0;
  if (overwrites(run)) {
    return {
      ...{ earlier: [], generations: [] },
      earlierReplaced: [...earlierReplaced, ...earlier, ...own],
      replaced: isLinked ? [] : [...goneRuns(head)],
    };
  }
  return {
    ...{ earlier: [...earlier, ...own], earlierReplaced },
    generations: isLinked ? [] : generations,
    replaced: isLinked ? [] : replaced,
  };
}

/** Joins the runs that a manifest lists itself with those of the manifests that it links. */
function joinedRuns<T extends ManifestHead>(
  head: ManifestHead,
  earlier: readonly T[],
  earlierReplaced: readonly T[],
): ListedRuns {
  return {
    generations: [...earlier, head].flatMap(({ generations }) => generations),
    replaced: [
      ...earlierReplaced.flatMap(goneRuns),
      ...[...earlier, head].flatMap(({ replaced = [] }) => replaced),
    ],
  };
}

/**
 * All runs of an output: those that a manifest lists itself, and those of the ones that it links.
 *
 * @param read the heads of linked manifests, in the given order.
 */
export async function listedRuns(
  head: ManifestHead,
  read: (links: readonly EarlierManifest[]) => Promise<readonly ManifestHead[]>,
): Promise<ListedRuns> {
  const { earlier = [], earlierReplaced = [] } = head;
  return joinedRuns(head, await read(earlier), await read(earlierReplaced));
}

/**
 * The runs of a set, and those replaced that only its own manifests list: those of
 * `earlierReplaced` stay in these.
 *
 * @param earlier heads of the manifests that it links as `earlier`.
 */
export function runsOfSet(head: ManifestHead, earlier: readonly ManifestHead[]): ListedRuns {
  return joinedRuns(head, earlier, []);
}

/** @throws {ManifestError} what is there is not what a manifest links. */
export function assertLinked(
  { url, bytes, crc32: expected }: EarlierManifest,
  found: Omit<ManifestLink, 'generation'> | undefined,
): void {
  if (found?.bytes === bytes && found.crc32 === expected) return;
  const what =
    found === undefined ? 'is missing' : `has ${found.bytes} bytes and CRC-32 ${found.crc32}`;
  throw new ManifestError(
    `${url} ${what}, a later manifest says ${bytes} bytes and CRC-32 ${expected}; restore the object that was written`,
  );
}

/**
 * Reads a whole manifest: joins its lists with those of the manifests that it links, each proved
 * by its length and CRC-32. What it returns links none.
 *
 * @param text of a manifest.
 * @param read the text of the manifest of a generation; undefined when it is missing.
 * @throws {ManifestError} it, or one that it links, is missing, changed, or of another version.
 */
export async function wholeManifest(
  text: string,
  read: (generation: number) => Promise<string | undefined>,
): Promise<Manifest> {
  const { earlier = [], earlierReplaced = [], ...own } = parseManifest(text);
  const linked = async (links: readonly EarlierManifest[]) => {
    const manifests: Manifest[] = [];
    for (const link of links) {
      const found = await read(link.generation);
      const bytes = found === undefined ? undefined : new TextEncoder().encode(found);
      assertLinked(link, bytes && { bytes: bytes.length, crc32: crc32Hex(crc32(bytes)) });
      manifests.push(parseManifest(found!));
    }
    return manifests;
  };
  const before = await linked(earlier);
  const { generations, replaced } = joinedRuns(own, before, await linked(earlierReplaced));
  const entries = [...before, own].flatMap((each) => each.entries);
  return { ...own, generations, ...(replaced.length > 0 && { replaced }), entries };
}
