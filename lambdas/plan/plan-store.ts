import { readLines } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { pinnedStore } from '#core/objects/pinned-store.ts';
import { parseKeptPin } from '#core/run/kept-pins.ts';
import type { PlanInput } from '#core/run/step-messages.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';

/** The store of the source: after a Stage round, with the versions that the round before saw. */
export async function planStore(
  { s3, outputBucket }: PlanDeps,
  { pins }: PlanInput,
  signal: AbortSignal,
): Promise<ObjectStore> {
  const store = s3ObjectStore(s3, signal);
  if (pins === undefined || pins === null) return store;
  const lines = readLines(s3, outputBucket, pins, signal);
  return pinnedStore(store, await Array.fromAsync(lines, parseKeptPin));
}
