import { inOrder } from '#core/bytes/in-order.ts';
import { AccessDeniedError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { Batch } from './choose-batch.ts';
import type { Doubt } from './judge-arrivals.ts';
import { assertNotAllDoubtful } from './left-out.ts';
import { isOwnFault } from './own-fault.ts';

/** Such requests mostly wait for S3. */
const HEADS_AT_ONCE = 32;

/** What is wrong with an object that was chosen before; undefined if it can be read as it was. */
async function problemOf(store: ObjectStore, pin: SourcePin): Promise<Doubt | undefined> {
  const { uri, etag, versionId } = pin;
  try {
    const now = await store.pin(uri, versionId ?? undefined);
    if (now.etag === etag) return undefined;
    return { uri, problem: `${uri} was replaced after it was chosen; its new bytes wait` };
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    const doubt = error instanceof AccessDeniedError && { doubtful: error };
    return { uri, problem: error.message, ...doubt };
  }
}

/**
 * Finds which objects that were chosen before can still be read as they were. One HEAD request for
 * each, 32 at the same time.
 *
 * @throws {AccessDeniedError} none of them may be read: the role is at fault.
 */
export async function stillThere(pins: readonly SourcePin[], store: ObjectStore): Promise<Batch> {
  const kept: SourcePin[] = [];
  const setAside: Doubt[] = [];
  const tasks = pins.map((pin) => () => problemOf(store, pin));
  let at = 0;
  for await (const problem of inOrder(tasks, HEADS_AT_ONCE)) {
    if (problem === undefined) kept.push(pins[at]!);
    else setAside.push(problem);
    at += 1;
  }
  assertNotAllDoubtful(kept, setAside);
  return { pins: kept, setAside };
}
