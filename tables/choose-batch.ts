import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { type Arrival, chooseArrivals } from '#core/tables/inbox/choose-arrivals.ts';
import type { InboxRules } from '#core/tables/inbox/inbox-rules.ts';
import {
  isOfKind,
  type JudgedBy,
  type Judgement,
  judgeArrivals,
  type SetAside,
} from './judge-arrivals.ts';
import { assertNotAllDoubtful, LeftOut } from './left-out.ts';

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
  readonly #leftOut = new LeftOut();

  /** @param waiting in the order of their keys; none that is in already. */
  constructor(waiting: readonly Arrival[], asked: JudgedBy, options: BatchOptions) {
    this.#waiting = waiting;
    this.#asked = asked;
    this.#options = options;
  }

  /**
   * The batch of now. It is smaller, or has other objects, after {@link leaveOut}.
   *
   * @throws as {@link assertNotAllDoubtful}.
   */
  async choose(): Promise<Batch> {
    const chosen = await this.#chooseSound();
    const judged = chosen.map(({ uri }) => this.#judgements.get(uri)!);
    const pins = this.#leftOut.tried(ofOneKind(judged));
    const refused = [...this.#judgements.values()].filter((judgement) => 'problem' in judgement);
    const aside = [...refused, ...this.#leftOut.doubts];
    assertNotAllDoubtful(pins, aside);
    return { pins, setAside: aside.map(({ uri, problem }) => ({ uri, problem })) };
  }

  /** As {@link LeftOut.leaveOut}. */
  leaveOut(error: unknown): boolean {
    return this.#leftOut.leaveOut(error);
  }

  async #chooseSound(): Promise<readonly Arrival[]> {
    const { rules, store, now, provedBytes } = this.#options;
    const judgements = this.#judgements;
    const isRefused = ({ uri }: Arrival) =>
      this.#leftOut.has(uri) || 'problem' in (judgements.get(uri) ?? {});
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
