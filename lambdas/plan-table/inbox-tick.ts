import { readLatest } from '#aws/manifests.ts';
import { openObject } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { joinLists, readTakenIn, type TakenInBy } from '#aws/taken-in.ts';
import { readWaiting, type WaitingIn } from '#aws/waiting-in.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { TableRequest } from '#core/request/table-request.ts';
import { locate } from '#core/run/locate-output.ts';
import { chosenKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { InboxWaits } from '#core/run/step-messages.ts';
import { refuseUnseen, summedUp } from '#core/tables/inbox/choose-arrivals.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { type Batch, BatchChooser } from '#tables/choose-batch.ts';

/** One tick of an inbox. */
export interface InboxTick {
  /** The generation that its batch becomes, from 1. */
  readonly generation: number;
  /** The batch to plan, or what waits where nothing is due. */
  choose(): Promise<Batch | InboxWaits>;
  /** Whether there is another batch to choose after one could not be planned. */
  leaveOut(error: unknown): boolean;
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

/** What lies in an inbox and no generation has. */
async function waitingIn(
  { s3 }: PlanDeps,
  { source, dryRun }: TableRequest,
  output: TakenInBy,
  signal: AbortSignal,
): Promise<WaitingIn> {
  const { taken, unjoined } = await readTakenIn(s3, output, signal);
  if (!dryRun) await joinLists(s3, { ...output, unjoined }, signal);
  return await readWaiting(s3, { uri: source.inbox!.uri, taken }, signal);
}

/** What a tick answers that takes nothing in. */
function answerOf({ waiting, more }: WaitingIn, { setAside }: Batch): InboxWaits {
  if (more) refuseUnseen(waiting, setAside);
  return { ...summedUp(waiting), setAside: setAside.slice(0, MAX_NAMED) };
}

/** Chooses batches of what waits. */
async function freshTick(
  deps: PlanDeps,
  request: TableRequest,
  output: TakenInBy,
  signal: AbortSignal,
): Promise<Omit<InboxTick, 'generation'>> {
  const { s3, logger, now } = deps;
  const { source, schema, columns, onBadRow } = request;
  const listed = await waitingIn(deps, request, output, signal);
  // The request was refused without a schema.
  const asked = { source, schema: schema!, columns, onBadRow };
  const store = s3ObjectStore(s3, signal);
  const options = { rules: source.inbox!, store, now: now().getTime() };
  const chooser = new BatchChooser(listed.waiting, asked, options);
  const logged = new Set<string>();
  const choose = async () => {
    const batch = await chooser.choose();
    for (const { uri, problem } of batch.setAside) {
      if (!logged.has(uri)) logger.warn('set aside', { uri, problem });
      logged.add(uri);
    }
    return batch.pins.length > 0 ? batch : answerOf(listed, batch);
  };
  return { choose, leaveOut: (error) => chooser.leaveOut(error) };
}

/**
 * One tick of an inbox. A list that was chosen before, and is not in the output yet, comes first,
 * so that whatever stopped its run is overcome. Else it lists what arrived, leaves out what any
 * generation has, and chooses a batch.
 *
 * Sends the requests of {@link readTakenIn}, {@link readWaiting} and `judgeArrivals`.
 *
 * @param request with an inbox.
 * @throws {ManifestError} it cannot be known what is in the output.
 */
export async function tickInbox(
  deps: PlanDeps,
  request: TableRequest,
  signal: AbortSignal,
): Promise<InboxTick> {
  const { s3, outputBucket } = deps;
  const { source, place } = request;
  const location = locate({ uri: place.uri, sourceUri: source.uris[0]! }, '', outputBucket);
  const latest = (await readLatest(s3, location, signal))?.head;
  const generation = (latest?.generation ?? 0) + 1;
  const before = await chosenBefore(deps, location, generation, signal);
  if (before !== undefined) {
    const choose = async () => ({ pins: before, setAside: [] });
    return { generation, choose, leaveOut: () => false };
  }
  return { generation, ...(await freshTick(deps, request, { location, latest }, signal)) };
}
