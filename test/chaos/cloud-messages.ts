import type { InjectedFault } from '#local/faults/fault-injector.ts';
import type { FaultPlan } from '#local/faults/fault-plan.ts';
import type { LocalCloud } from '#local/local-cloud.ts';

/** What the process of a local cloud is asked to do; it answers each with `done`. */
export type CloudRequest =
  | { readonly kind: 'begin'; readonly plan: FaultPlan }
  | { readonly kind: 'end'; readonly name: string }
  | { readonly kind: 'jump'; readonly milliseconds: number };

/** Where a local cloud is, and how to call it. */
export type CloudAddress = Pick<
  LocalCloud,
  'endpoints' | 'region' | 'credentials' | 'caPem' | 'outputs'
>;

/** What the process of a local cloud tells. */
export type CloudReport =
  | { readonly kind: 'ready'; readonly address: CloudAddress }
  | { readonly kind: 'done' }
  | { readonly kind: 'injected'; readonly fault: InjectedFault };
