import { createObject } from '#aws/create-only.ts';
import { LIST_PAGE, listAhead } from '#aws/list-ahead.ts';
import type { ManifestCompanion, ManifestEntry, ManifestTotals } from '#core/manifest/manifest.ts';
import { type CountedRun, manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { chunkKey, partitionColumns } from '#core/run/chunk-key.ts';
import { isOwnChunk } from '#core/run/chunk-name.ts';
import { dataFolder, generationKey } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { countedRun } from './counted-run.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import { type OpenedBase, openBase } from './open-base.ts';
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

/** The entries of a run's own chunks, each proved by plan, ledger and bucket. */
function proven(
  deps: FinalizeDeps,
  run: CountedRun,
  signal: AbortSignal,
): AsyncGenerator<ManifestEntry> {
  const { location } = run;
  const { bucket } = location;
  const prefix = `${location.prefix}${dataFolder(run.base)}`;
  const objects = listAhead(deps.s3, { bucket, prefix, cuts: cutsOf(run) }, signal);
  return proveChunks(run, {
    plan: readPlan(deps, run, signal),
    ledger: deps.openLedger(run).chunks(),
    objects: partitionColumns(run.output).length > 0 ? ownObjects(run, objects) : objects,
  });
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
  const head = manifestHead(counted, base?.previous);
  const accompanied = { ...counted, attempts: head.attempts };
  const companions = await openCompanions(deps, accompanied, base, signal);
  let listed: readonly ManifestCompanion[] = [];
  const entries = async function* () {
    if (base !== undefined) yield* repeated(base, companions);
    for await (const entry of proven(deps, counted, signal)) {
      await companions.add(entry);
      yield entry;
    }
    listed = await companions.finish();
  };
  const totals = new TotalsBuilder(head);
  const text = manifestText(head, entries(), { totals, companions: () => listed });
  const { bucket, prefix } = run.location;
  const key = generationKey(prefix, run.generation);
  const target = { bucket, key, contentType: 'application/json' };
  const { existed, bytes } = await createObject(s3, target, text, signal);
  logger.info(existed ? 'manifest was there' : 'manifest written', { key, bytes });
  return totals.totals();
}
