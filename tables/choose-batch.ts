import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { type Arrival, chooseArrivals } from '#core/tables/inbox/choose-arrivals.ts';
import type { InboxRules } from '#core/tables/inbox/inbox-rules.ts';
import { isOfKind, type JudgedBy, type Judgement, judgeArrivals } from './judge-arrivals.ts';

/** An object that is not taken in, and why. */
export interface SetAside {
  readonly uri: string;
  readonly problem: string;
}

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
 * was replaced, or is no such table is set aside, so that the others do not wait for it. It does
 * not count towards the batch, and is judged again at the next tick.
 *
 * @param waiting in the order of their keys; none that is in already.
 */
export async function chooseBatch(
  waiting: readonly Arrival[],
  asked: JudgedBy,
  { rules, store, now, provedBytes }: BatchOptions,
): Promise<Batch> {
  const judgements = new Map<string, Judgement>();
  const isRefused = ({ uri }: Arrival) => 'problem' in (judgements.get(uri) ?? {});
  for (;;) {
    const chosen = chooseArrivals(
      waiting.filter((arrival) => !isRefused(arrival)),
      rules,
      now,
    );
    const unjudged = chosen.filter(({ uri }) => !judgements.has(uri));
    if (unjudged.length === 0) {
      const setAside = [...judgements.values()].filter((judgement) => 'problem' in judgement);
      return { pins: ofOneKind(chosen.map(({ uri }) => judgements.get(uri)!)), setAside };
    }
    let at = 0;
    for await (const judgement of judgeArrivals(unjudged, asked, store, provedBytes)) {
      judgements.set(unjudged[at]!.uri, judgement);
      at += 1;
    }
  }
}
