import { type ChosenLists, type FaultyObject, readChosen } from '#aws/chosen-lists.ts';
import { readLatest } from '#aws/manifests.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { joinLists, readTakenIn, type TakenInBy } from '#aws/taken-in.ts';
import { readWaiting, type WaitingIn } from '#aws/waiting-in.ts';
import { attemptIn } from '#core/manifest/generations.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { TableRequest } from '#core/request/table-request.ts';
import { locate } from '#core/run/locate-output.ts';
import type { InboxWaits } from '#core/run/step-messages.ts';
import { refuseUnseen, summedUp } from '#core/tables/inbox/choose-arrivals.ts';
import type { InboxObject } from '#core/tables/inbox/taken-in.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { type Batch, BatchChooser } from '#tables/choose-batch.ts';
import type { SetAside } from '#tables/judge-arrivals.ts';
import { LeftOut } from '#tables/left-out.ts';
import { stillThere } from '#tables/still-there.ts';

/** What a batch of an inbox is chosen for. */
export interface ChosenFor {
  /** From 1. */
  readonly generation: number;
  /** From 1: another one where objects of the one before are gone. */
  readonly attempt: number;
  /** The list of the first attempt, whose run claims the generation for all. */
  readonly first?: readonly SourcePin[];
}

/** Chooses batches. */
interface Choice {
  /** The batch to plan, or what waits where nothing is due. */
  choose(): Promise<Batch | InboxWaits>;
  /** Whether there is another batch to choose after one could not be planned. */
  leaveOut(error: unknown): boolean;
}

/** One tick of an inbox. */
export interface InboxTick extends Choice {
  readonly chosenFor: ChosenFor;
}

/** Objects that are named in the answer of a tick; the log names all. */
const MAX_NAMED = 20;

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

/** Logs each object that is set aside, once. */
function asideLog({ logger }: PlanDeps): (batch: Batch) => void {
  const logged = new Set<string>();
  return ({ setAside }) => {
    for (const { uri, problem } of setAside) {
      if (!logged.has(uri)) logger.warn('set aside', { uri, problem });
      logged.add(uri);
    }
  };
}

function isSame(one: InboxObject, other: InboxObject): boolean {
  return one.uri === other.uri && one.etag === other.etag;
}

function shownFaults(faults: readonly FaultyObject[]): readonly SetAside[] {
  return faults.map(({ uri, problem }) => ({ uri, problem }));
}

/** Objects that writers found to be at fault are not chosen again at once. */
function withoutFaults(listed: WaitingIn, faults: readonly FaultyObject[]): WaitingIn {
  const isFaulty = (arrival: InboxObject) => faults.some((fault) => isSame(arrival, fault));
  return { ...listed, waiting: listed.waiting.filter((arrival) => !isFaulty(arrival)) };
}

/** Chooses batches of what waits. */
async function freshChoice(
  deps: PlanDeps,
  request: TableRequest,
  { faults, ...output }: TakenInBy & Pick<ChosenLists, 'faults'>,
  signal: AbortSignal,
): Promise<Choice> {
  const { s3, now } = deps;
  const { source, schema, columns, onBadRow } = request;
  const all = await waitingIn(deps, request, output, signal);
  const listed = withoutFaults(all, faults);
  // The request was refused without a schema.
  const asked = { source, schema: schema!, columns, onBadRow };
  const store = s3ObjectStore(s3, signal);
  const options = { rules: source.inbox!, store, now: now().getTime() };
  const chooser = new BatchChooser(listed.waiting, asked, options);
  const log = asideLog(deps);
  const choose = async () => {
    const { pins, setAside } = await chooser.choose();
    const batch = { pins, setAside: [...setAside, ...shownFaults(faults)] };
    log(batch);
    return pins.length > 0 ? batch : answerOf(all, batch);
  };
  return { choose, leaveOut: (error) => chooser.leaveOut(error) };
}

/** What of a list can still be read, and was not found to be at fault. */
async function restOf({ latest, faults }: ChosenLists, store: ObjectStore): Promise<Batch> {
  const faulty = faults.filter((fault) => latest.some((pin) => isSame(pin, fault)));
  const others = latest.filter((pin) => !faulty.some((fault) => isSame(pin, fault)));
  const { pins, setAside } = await stillThere(others, store);
  return { pins, setAside: [...shownFaults(faulty), ...setAside] };
}

/** Chooses what is left of a list of which something is gone; anew where nothing is. */
function restChoice(deps: PlanDeps, rest: Batch, fresh: () => Promise<Choice>): Choice {
  const leftOut = new LeftOut();
  const log = asideLog(deps);
  let anew: Choice | undefined;
  const choose = async () => {
    const pins = leftOut.tried(rest.pins);
    if (pins.length === 0) anew ??= await fresh();
    if (anew !== undefined) return await anew.choose();
    const batch = { pins, setAside: [...rest.setAside, ...leftOut.doubts] };
    log(batch);
    return batch;
  };
  return { choose, leaveOut: (error) => (anew ?? leftOut).leaveOut(error) };
}

/**
 * One tick of an inbox. A list that was chosen before, and is not in the output yet, comes first,
 * so that whatever stopped its run is overcome. If objects of it are gone, the generation gets
 * another attempt: with the rest of that list, or a new one where nothing is left. Without a list
 * it finds what arrived, leaves out what any generation has, and chooses a batch.
 *
 * Sends the requests of {@link readTakenIn}, {@link readWaiting} and `judgeArrivals`, or those of
 * {@link readChosen} and {@link stillThere}.
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
  const fresh = (faults: ChosenLists['faults']) =>
    freshChoice(deps, request, { location, latest, faults }, signal);
  const lists = await readChosen(s3, location, generation, signal);
  if (lists === undefined) {
    const before = attemptIn(latest ?? {}, generation - 1) > 1;
    const chosen = before && (await readChosen(s3, location, generation - 1, signal));
    const choice = await fresh(chosen ? chosen.faults : []);
    return { chosenFor: { generation, attempt: 1 }, ...choice };
  }
  const { first, attempt } = lists;
  const rest = await restOf(lists, s3ObjectStore(s3, signal));
  if (rest.setAside.length === 0) {
    const chosenFor = { generation, attempt, first };
    return { chosenFor, choose: async () => rest, leaveOut: () => false };
  }
  const choice = restChoice(deps, rest, () => fresh(lists.faults));
  return { chosenFor: { generation, attempt: attempt + 1, first }, ...choice };
}
