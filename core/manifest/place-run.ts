import { OutputConflictError } from '#core/errors.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { outputUri } from '#core/run/output-keys.ts';
import { EMPTY_BASE, type OutputLocation, type RunBase } from '#core/run/run-fields.ts';
import type { OutputSpec } from '#core/run/run-output.ts';
import { listedRuns } from './earlier.ts';
import { assertSameKind, baseOf, sinceOf } from './generations.ts';
import type { EarlierManifest, Generation, ManifestHead, ReplacedRun } from './manifest.ts';

/** A run whose generation is not known yet. */
export interface UnplacedRun {
  readonly runId: string;
  readonly location: OutputLocation;
  /** Whether the run must be the first, comes after others, or replaces them. */
  readonly mode: OutputMode;
  /** The run that claims the generation for all of its attempts. @default this one */
  readonly claimant?: string | undefined;
}

/**
 * A run, and the generation of its output that it writes. Generations count from 1; who claims the
 * first one claims the prefix.
 */
export interface PlacedRun extends UnplacedRun {
  readonly generation: number;
}

/** Reads the objects that say what an output holds, in S3 or elsewhere. */
export interface OutputRecords {
  /** Head of the latest manifest; undefined when nothing is complete. */
  latest(): Promise<ManifestHead | undefined>;
  /**
   * Heads of manifests that the latest one links, in their order.
   *
   * @throws {ManifestError} one is missing, or another than was linked.
   */
  earlier(links: readonly EarlierManifest[]): Promise<readonly ManifestHead[]>;
  /** Text of the object that claims a generation; undefined when nobody has claimed it. */
  claim(generation: number): Promise<string | undefined>;
}

/** A run whose rows are in the output already. */
export interface PublishedRun {
  readonly published: Generation;
}

/** Where the rows of a run go. */
export interface Placement {
  readonly generation: number;
  readonly base: RunBase;
  /** What is known of the rows before them; undefined when there are none. */
  readonly set: ManifestHead | undefined;
}

const MAX_CLAIM_CHARACTERS = 80;

/** Text of the object by which a run claims a generation. */
export function claimText({
  runId,
  claimant = runId,
}: {
  readonly runId: string;
  readonly claimant?: string | undefined;
}): string {
  return `${JSON.stringify({ runId: claimant })}\n`;
}

function refusal(run: PlacedRun, holder: string): OutputConflictError {
  const { runId, location, generation, mode } = run;
  const uri = outputUri(location, location.prefix);
  const other = holder.trim().slice(0, MAX_CLAIM_CHARACTERS);
  if (mode === 'create') {
    return new OutputConflictError(
      `${uri} belongs to another run (${other}); this is run ${runId}: choose another output.uri, say output.mode "append" to add these rows to that output or "overwrite" to replace its rows, or remove it first`,
    );
  }
  return new OutputConflictError(
    `generation ${generation} of ${uri} is being written by another run (${other}), so run ${runId} has to wait: wait for that run or start its request again (docs/operations.md, Append and overwrite, if it can never finish), then repeat this one`,
  );
}

/**
 * Finds out by one read whether a run has claimed its generation.
 *
 * @returns false when nobody has claimed it yet.
 * @throws {OutputConflictError} another run has claimed it.
 */
export async function isClaimedBy(run: PlacedRun, records: OutputRecords): Promise<boolean> {
  const holder = await records.claim(run.generation);
  if (holder === undefined) return false;
  if (holder === claimText(run)) return true;
  throw refusal(run, holder);
}

/** What settings that differ keep a run from, the begin of a message. */
export function refusedUnlike({ bucket, prefix }: OutputLocation, mode: OutputMode): string {
  const uri = outputUri({ bucket, prefix }, prefix);
  return mode === 'overwrite-partitions'
    ? `partitions of ${uri} cannot be replaced`
    : `rows cannot be appended to ${uri}`;
}

/** A repeated start, such as an event that is delivered twice, must not bring old rows back. */
function assertNotReplaced(
  { runId, location }: UnplacedRun,
  latest: ManifestHead,
  all: readonly ReplacedRun[],
): void {
  const run = all.find((replaced) => replaced.runId === runId);
  if (run === undefined) return;
  const uri = outputUri(location, location.prefix);
  throw new OutputConflictError(
    `run ${runId} was generation ${run.generation} of ${uri}, whose rows generation ${sinceOf(latest)} has replaced since; to bring them back, change the request (such as its chunking), or choose another output.uri`,
  );
}

/**
 * Finds the base of a run: what its rows come after. Takes at most two reads, and one for each
 * manifest that the latest one links.
 *
 * @returns its generation when the run is in its output already.
 * @throws {OutputConflictError} another run has claimed the output or the generation, a later one
 * has replaced the rows of this one, or what is there was written with other settings.
 * @throws {ManifestError} the output's manifest was written by another version, or one that it
 * links is missing.
 * @example
 * const placement = await placeRun({ ...run, mode: 'append' }, records);
 * if ('published' in placement) console.log('the rows are in the output already');
 * else console.log(placement.generation, placement.base.rows);
 */
export async function placeRun(
  run: UnplacedRun & { readonly output: OutputSpec },
  records: OutputRecords,
): Promise<Placement | PublishedRun> {
  const latest = await records.latest();
  const runs = latest && (await listedRuns(latest, (links) => records.earlier(links)));
  const published = runs?.generations.find(({ runId }) => runId === run.runId);
  if (latest !== undefined) assertNotReplaced(run, latest, runs!.replaced);
  if (latest === undefined || run.mode === 'create') {
    const isOurs = await isClaimedBy({ ...run, generation: 1 }, records);
    if (published !== undefined && isOurs) return { published };
    return { generation: 1, base: EMPTY_BASE, set: undefined };
  }
  if (published !== undefined) return { published };
  const generation = latest.generation + 1;
  await isClaimedBy({ ...run, generation }, records);
  if (run.mode === 'overwrite') {
    return { generation, base: { ...EMPTY_BASE, since: generation }, set: undefined };
  }
  const { location, mode } = run;
  assertSameKind(run, { output: latest.output }, refusedUnlike(location, mode));
  if (mode === 'append') return { generation, base: baseOf(latest), set: latest };
  // What stays is known with the partitions of the run.
  const base = { ...EMPTY_BASE, since: generation, replaces: 'partitions' as const };
  return { generation, base, set: latest };
}
