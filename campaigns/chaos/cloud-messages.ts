import type { LocalCloud } from '@sparse-fanout/local-cloud';
import type { InjectedFault } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import type { FaultPlan } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';

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

/** What the process of a local cloud reports. */
export type CloudReport =
  | { readonly kind: 'ready'; readonly address: CloudAddress }
  | { readonly kind: 'done' }
  | { readonly kind: 'injected'; readonly fault: InjectedFault };
