import { meanSeconds, mostAtOnce, type SimulatedMap } from './simulated-map.ts';

/** What a Map would be faster without. */
export const BINDING_LIMITS = ['dispatch', 'account', 'concurrency', 'chunks'] as const;

export type BindingLimit = (typeof BINDING_LIMITS)[number];

/**
 * Which limit decides how long a Map takes: the rate at which children are started, the functions
 * of the account, `limits.concurrency`, or the time of one chunk, as all are at work at once.
 */
export function bindingLimit(map: SimulatedMap): BindingLimit {
  const { chunks, concurrency, dispatchPerSecond, scaling } = map;
  const most = mostAtOnce(map);
  const started = dispatchPerSecond * meanSeconds(map);
  if (started < most) return 'dispatch';
  if (chunks <= most) return 'chunks';
  return scaling.accountConcurrency < concurrency ? 'account' : 'concurrency';
}

const ADVICE: Readonly<Record<BindingLimit, string>> = {
  dispatch:
    'Step Functions starts children no faster; larger chunks (--target-bytes, chunking.targetBytes) or files (--target-file-size, output.targetFileBytes) need fewer',
  account:
    'the account runs no more functions at once; ask AWS for more, or limits.concurrency waits in vain',
  concurrency: 'limits.concurrency; raise it, if the account may run more functions',
  chunks:
    'the time of one chunk; smaller chunks (--target-bytes, chunking.targetBytes) or files (--target-file-size, output.targetFileBytes) would share the work',
};

/** The same as a sentence for people, with what helps. */
export function bindingAdvice(limit: BindingLimit): string {
  return ADVICE[limit];
}
