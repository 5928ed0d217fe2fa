import { BoundExceededError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { InboxRules } from './inbox-rules.ts';

/** An object that lies in an inbox. */
export interface Arrival extends Pick<SourcePin, 'uri' | 'etag' | 'size'> {
  /** When it came, in milliseconds since 1970. */
  readonly arrivedAt: number;
}

/**
 * Objects of one batch: each is looked at before it is taken in, and others wait for the next
 * batch.
 */
const MAX_TAKEN = 100_000;

/** Objects that a tick knows of at once: so many of them may be set aside before others wait. */
export const MAX_WAITING = 2 * MAX_TAKEN;

function bytesOf(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { size }) => sum + size, 0);
}

/** When the oldest object came; undefined if there is none. */
export function oldestOf(arrivals: readonly Arrival[]): number | undefined {
  return arrivals.reduce<number | undefined>(
    (oldest, { arrivedAt }) => Math.min(oldest ?? arrivedAt, arrivedAt),
    undefined,
  );
}

/** How many objects wait, their bytes, and since when, in ISO 8601. */
export function summedUp(waiting: readonly Arrival[]) {
  const oldest = oldestOf(waiting);
  return {
    objects: waiting.length,
    bytes: bytesOf(waiting),
    oldest: oldest === undefined ? null : new Date(oldest).toISOString(),
  };
}

/**
 * Whether small objects are as many as a batch has, have enough bytes together, or one of them has
 * waited long enough.
 */
function isDue(
  small: readonly Arrival[],
  rules: InboxRules,
  { now, most }: { readonly now: number; readonly most: number },
): boolean {
  const oldest = oldestOf(small);
  if (oldest === undefined) return false;
  return (
    small.length >= most ||
    bytesOf(small) >= rules.targetBytes ||
    now - oldest >= rules.maxAgeSeconds * 1000
  );
}

/**
 * Which of the objects that wait are taken in now, in their order: large ones at once, and all
 * others as soon as they have `targetBytes` together, the oldest has waited `maxAgeSeconds`, or a
 * batch has no room for more. A large object does not take small ones with it, which would become
 * a small file.
 *
 * @param waiting in the order of their keys; none that is in already.
 * @param now in milliseconds since 1970.
 * @param most objects of one batch.
 */
export function chooseArrivals(
  waiting: readonly Arrival[],
  rules: InboxRules,
  now: number,
  most = MAX_TAKEN,
): readonly Arrival[] {
  const isLarge = ({ size }: Arrival) => size >= rules.largeBytes;
  const small = waiting.filter((arrival) => !isLarge(arrival));
  const taken = isDue(small, rules, { now, most }) ? waiting : waiting.filter(isLarge);
  return taken.slice(0, most);
}

/**
 * Refuses to wait for what is behind the objects that were listed.
 *
 * @param waiting those that were listed, of which none is taken in.
 * @throws {BoundExceededError} always.
 */
export function refuseUnseen(
  waiting: readonly Arrival[],
  setAside: readonly { readonly problem: string }[],
): never {
  const [first] = setAside;
  throw new BoundExceededError(
    `${setAside.length} of the first ${waiting.length} objects that wait, the most that a tick looks at, cannot be taken in (${first?.problem}); put them right or remove them, so that those behind them are seen`,
  );
}
