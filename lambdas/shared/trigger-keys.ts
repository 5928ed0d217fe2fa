import { ENV, type TriggerKeys } from '#core/contract.ts';
import { environment } from './environment.ts';

/** The keys that start runs, as the stack says; undefined where none do. */
export function triggerKeys(): TriggerKeys | undefined {
  return JSON.parse(environment(ENV.trigger)) ?? undefined;
}
