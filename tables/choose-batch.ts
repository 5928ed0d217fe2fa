import { TransformError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { type Arrival, chooseArrivals, MAX_TAKEN } from '#core/tables/inbox/choose-arrivals.ts';
import type { InboxRules } from '#core/tables/inbox/inbox-rules.ts';
import {
  isOfKind,
  type JudgedBy,
  type Judgement,
  judgeArrivals,
  type SetAside,
} from './judge-arrivals.ts';
import { isOwnFault } from './own-fault.ts';

/** What an inbox takes in now. */
export interface Batch {
  /** Bound to their versions, in the order of their keys; none if nothing is due. */
  readonly pins: readonly SourcePin[];
  readonly setAside: readonly SetAside[];
}

/** What a batch is chosen with. */
export interface BatchOptions {
  readonly rules: InboxRules;
  readonly store: ObjectStore;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** As in {@link judgeArrivals}; tests use a small one. */
  readonly provedBytes?: number;
}

/**
 * Objects that are found to be at fault by trying ever smaller batches, where no error names them.
 * If there are more, the request is at fault.
 */
const MAX_FOUND = 8;

/** Objects of the kind of the first one; others are left for a batch of their own. */
function ofOneKind(judged: readonly Judgement[]): readonly SourcePin[] {
  const sound = judged.filter((judgement) => 'pin' in judgement);
  const [first] = sound;
  return sound.filter(({ kind }) => isOfKind(kind, first!.kind)).map(({ pin }) => pin);
}

/**
 * Chooses the objects of the next batch, and judges each before it is taken in: one that is gone,
 * was replaced, may not be read, or is no such table is set aside, so that the others do not wait
 * for it. It does not count towards the batch, and is judged again at the next tick.
 *
 * Holds what waits, and a judgement of each object that was looked at.
 */
export class BatchChooser {
  readonly #waiting: readonly Arrival[];
  readonly #asked: JudgedBy;
  readonly #options: BatchOptions;
  readonly #judgements = new Map<string, Judgement>();
  /** What was chosen last. */
  #pins: readonly SourcePin[] = [];
  #most = MAX_TAKEN;
  #found = 0;

  /** @param waiting in the order of their keys; none that is in already. */
  constructor(waiting: readonly Arrival[], asked: JudgedBy, options: BatchOptions) {
    this.#waiting = waiting;
    this.#asked = asked;
    this.#options = options;
  }

  /**
   * The batch of now. It is smaller, or has other objects, after {@link leaveOut}.
   *
   * @throws {AccessDeniedError} none of the objects that are due may be read: the role is at fault.
   * @throws {TransformError} the transform fails for each of them.
   */
  async choose(): Promise<Batch> {
    const chosen = await this.#chooseSound();
    this.#pins = ofOneKind(chosen.map(({ uri }) => this.#judgements.get(uri)!)).slice(
      0,
      this.#most,
    );
    const aside = [...this.#judgements.values()].filter((judgement) => 'problem' in judgement);
    const [first] = aside;
    const isDoubtful = this.#pins.length === 0 && aside.every(({ doubtful }) => doubtful);
    if (isDoubtful && first !== undefined) throw first.doubtful;
    const setAside = aside.map(({ uri, problem }) => ({ uri, problem }));
    return { pins: this.#pins, setAside };
  }

  /**
   * Leaves out the object at fault after the batch could not be planned: that which the error
   * carries. If it carries none, half of the batch is left for another, until one object is found.
   *
   * @returns whether there is another batch to try; else the request is at fault, or a service.
   */
  leaveOut(error: unknown): boolean {
    if (!isOwnFault(error) && !(error instanceof TransformError)) return false;
    const { object, message: problem } = error;
    const named = this.#pins.find(({ uri }) => uri === object);
    if (named !== undefined) {
      this.#judgements.set(named.uri, { uri: named.uri, problem });
      return true;
    }
    if (this.#pins.length > 1) {
      this.#most = Math.floor(this.#pins.length / 2);
      return true;
    }
    this.#found += 1;
    const [only] = this.#pins;
    if (only === undefined || this.#found > MAX_FOUND) return false;
    const doubt = error instanceof TransformError && { doubtful: error };
    this.#judgements.set(only.uri, { uri: only.uri, problem, ...doubt });
    return true;
  }

  async #chooseSound(): Promise<readonly Arrival[]> {
    const { rules, store, now, provedBytes } = this.#options;
    const judgements = this.#judgements;
    const isRefused = ({ uri }: Arrival) => 'problem' in (judgements.get(uri) ?? {});
    for (;;) {
      const sound = this.#waiting.filter((arrival) => !isRefused(arrival));
      const chosen = chooseArrivals(sound, rules, now);
      const unjudged = chosen.filter(({ uri }) => !judgements.has(uri));
      if (unjudged.length === 0) return chosen;
      let at = 0;
      for await (const judgement of judgeArrivals(unjudged, this.#asked, store, provedBytes)) {
        judgements.set(unjudged[at]!.uri, judgement);
        at += 1;
      }
    }
  }
}
