import { listArrivals } from '#aws/list-arrivals.ts';
import { readLatest } from '#aws/manifests.ts';
import { openObject } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { joinLists, readTakenIn, type TakenInBy } from '#aws/taken-in.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { TableRequest } from '#core/request/table-request.ts';
import { locate } from '#core/run/locate-output.ts';
import { chosenKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { InboxWaits } from '#core/run/step-messages.ts';
import { type Arrival, summedUp } from '#core/tables/inbox/choose-arrivals.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { type Batch, chooseBatch } from '#tables/choose-batch.ts';

/** What a tick of an inbox takes in. */
export interface InboxBatch extends Batch {
  /** The generation that it becomes, from 1. */
  readonly generation: number;
}

/** Objects that are named in the answer of a tick; the log names all. */
const MAX_NAMED = 20;

/** The list that an earlier tick chose for a generation; undefined if none did. */
async function chosenBefore(
  { s3 }: PlanDeps,
  { bucket, prefix }: OutputLocation,
  generation: number,
  signal: AbortSignal,
): Promise<readonly SourcePin[] | undefined> {
  const object = await openObject(s3, { bucket, key: chosenKey(prefix, generation) }, signal);
  return object && parsePins(Buffer.concat(await Array.fromAsync(object.body)));
}

/** What lies in an inbox and no generation has, in the order of its keys. */
async function waitingIn(
  { s3 }: PlanDeps,
  { source, dryRun }: TableRequest,
  output: TakenInBy,
  signal: AbortSignal,
): Promise<readonly Arrival[]> {
  const { taken, unjoined } = await readTakenIn(s3, output, signal);
  if (!dryRun) await joinLists(s3, { ...output, unjoined }, signal);
  const waiting: Arrival[] = [];
  for await (const arrival of listArrivals(s3, source.inbox!.uri, signal)) {
    if (!taken.has(arrival)) waiting.push(arrival);
  }
  return waiting;
}

/** A batch of what waits, or what waits on where nothing is due. */
async function chosenNow(
  deps: PlanDeps,
  request: TableRequest,
  output: TakenInBy,
  signal: AbortSignal,
): Promise<Batch | InboxWaits> {
  const { s3, logger, now } = deps;
  const { source, schema, columns, onBadRow } = request;
  const rules = source.inbox!;
  const waiting = await waitingIn(deps, request, output, signal);
  const store = s3ObjectStore(s3, signal);
  // The request was refused without a schema.
  const asked = { source, schema: schema!, columns, onBadRow };
  const batch = await chooseBatch(waiting, asked, { rules, store, now: now().getTime() });
  for (const { uri, problem } of batch.setAside) logger.warn('set aside', { uri, problem });
  return batch.pins.length > 0
    ? batch
    : { ...summedUp(waiting), setAside: batch.setAside.slice(0, MAX_NAMED) };
}

/**
 * One tick of an inbox. A list that was chosen before, and is not in the output yet, comes first,
 * so that whatever stopped its run is overcome. Else it lists what arrived, leaves out what any
 * generation has, and chooses a batch.
 *
 * Sends the requests of {@link readTakenIn}, {@link listArrivals} and `judgeArrivals`.
 *
 * @param request with an inbox.
 * @throws {ManifestError} it cannot be known what is in the output.
 */
export async function tickInbox(
  deps: PlanDeps,
  request: TableRequest,
  signal: AbortSignal,
): Promise<InboxBatch | InboxWaits> {
  const { s3, outputBucket } = deps;
  const { source, place } = request;
  const location = locate({ uri: place.uri, sourceUri: source.uris[0]! }, '', outputBucket);
  const latest = (await readLatest(s3, location, signal))?.head;
  const generation = (latest?.generation ?? 0) + 1;
  const before = await chosenBefore(deps, location, generation, signal);
  if (before !== undefined) return { generation, pins: before, setAside: [] };
  const output = { location, latest };
  const chosen = await chosenNow(deps, request, output, signal);
  return 'pins' in chosen ? { ...chosen, generation } : chosen;
}
