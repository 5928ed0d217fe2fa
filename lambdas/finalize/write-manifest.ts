import { createObject } from '#aws/create-only.ts';
import { LIST_PAGE, listAhead } from '#aws/list-ahead.ts';
import type {
  ManifestCompanion,
  ManifestEntry,
  ManifestSegments,
  ManifestTotals,
} from '#core/manifest/manifest.ts';
import { type CountedRun, manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { chunkKey, partitionColumns } from '#core/run/chunk-key.ts';
import { isOwnChunk } from '#core/run/chunk-name.ts';
import { dataFolder, generationKey } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { outputOf } from '#core/run/run-output.ts';
import { countedRun } from './counted-run.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import { type OpenedBase, openBase } from './open-base.ts';
import { singleEntry } from './prove-single.ts';
import { readPlan } from './read-plan.ts';
import { type CompanionWriter, openCompanions } from './write-companions.ts';

/**
 * Keys that cut the run's chunks into ranges of one page each, from the last one of its base. Those
 * of partitions lie among the chunks of the base.
 */
function cutsOf(run: RunHeader): (string | undefined)[] {
  if (partitionColumns(run.output).length > 0) return [undefined];
  const first = run.base.chunks;
  const cuts = [first === 0 ? undefined : chunkKey(run, first - 1)];
  const last = first + run.chunks - 1;
  for (let index = first + LIST_PAGE - 1; index < last; index += LIST_PAGE) {
    cuts.push(chunkKey(run, index));
  }
  return cuts;
}

/** Leaves out the chunks of the generations before. */
async function* ownObjects(
  run: RunHeader,
  objects: AsyncIterable<ListedObject>,
): AsyncGenerator<ListedObject> {
  for await (const object of objects) {
    if (isOwnChunk(run, object.key)) yield object;
  }
}

/** Lists the chunks of a run, and whatever lies beside them. */
function listed(
  { s3 }: FinalizeDeps,
  run: RunHeader,
  signal: AbortSignal,
): AsyncIterable<ListedObject> {
  const { bucket, prefix } = run.location;
  const folder = `${prefix}${dataFolder(run.base)}`;
  return listAhead(s3, { bucket, prefix: folder, cuts: cutsOf(run) }, signal);
}

/** The entries of a run's own chunks, each proved by plan, ledger and bucket. */
function proven(
  deps: FinalizeDeps,
  run: CountedRun,
  signal: AbortSignal,
): AsyncGenerator<ManifestEntry> {
  const objects = listed(deps, run, signal);
  return proveChunks(run, {
    plan: readPlan(deps, run, signal),
    ledger: deps.openLedger(run).chunks(),
    objects: partitionColumns(run.output).length > 0 ? ownObjects(run, objects) : objects,
  });
}

/** The entries of a run, and what its manifest says beside them. */
interface ProvedRun {
  /** With the number of its objects. */
  readonly run: CountedRun;
  readonly entries: AsyncIterable<ManifestEntry> | Iterable<ManifestEntry>;
  readonly fields: ManifestSegments;
}

/** Proves the chunks of a run, of one object before the first entry, else one by one. */
async function proved(
  deps: FinalizeDeps,
  run: CountedRun,
  signal: AbortSignal,
): Promise<ProvedRun> {
  if (outputOf(run.output).isSingle !== true) {
    return { run, entries: proven(deps, run, signal), fields: {} };
  }
  const { entry, fields } = await singleEntry(deps, run, listed(deps, run, signal), signal);
  return { run: { ...run, chunks: 1 }, entries: [entry], fields };
}

/** The entries of the generation before that a manifest repeats. */
async function* repeated(
  base: OpenedBase,
  companions: CompanionWriter,
): AsyncGenerator<ManifestEntry> {
  for await (const divided of base.entries()) {
    await companions.pass(divided);
    if (divided.isKept) yield divided.entry;
  }
}

/**
 * Writes the manifest of a run's generation create-only, each entry as soon as it is proved. The
 * manifest appears only if nothing was wrong. What it repeats of its base stands before its own
 * entries, see {@link openBase}. The companions of a table are written before the manifest ends:
 * they hold part buffers of their own.
 *
 * @throws {IncompleteRunError} chunks are missing, failed or foreign.
 * @throws {ManifestError} the manifest of the base is not the one that the run was planned with.
 */
export async function writeManifest(
  deps: FinalizeDeps,
  run: RunHeader,
  signal: AbortSignal,
): Promise<ManifestTotals> {
  const { s3, logger } = deps;
  const counted = await countedRun(deps, run, signal);
  const base = await openBase(deps, run, signal);
  const { run: written, entries: own, fields } = await proved(deps, counted, signal);
  const head = { ...manifestHead(written, base?.previous), ...fields };
  const accompanied = { ...written, attempts: head.attempts };
  const companions = await openCompanions(deps, accompanied, base, signal);
  let accompanying: readonly ManifestCompanion[] = [];
  const entries = async function* () {
    if (base !== undefined) yield* repeated(base, companions);
    for await (const entry of own) {
      await companions.add(entry);
      yield entry;
    }
    accompanying = await companions.finish();
  };
  const totals = new TotalsBuilder(head);
  const text = manifestText(head, entries(), { totals, companions: () => accompanying });
  const { bucket, prefix } = run.location;
  const key = generationKey(prefix, run.generation);
  const target = { bucket, key, contentType: 'application/json' };
  const { existed, bytes } = await createObject(s3, target, text, signal);
  logger.info(existed ? 'manifest was there' : 'manifest written', { key, bytes });
  return totals.totals();
}
