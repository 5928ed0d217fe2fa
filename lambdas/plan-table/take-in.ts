import { createObject } from '#aws/create-only.ts';
import { OutputConflictError, UploadConflictError } from '#core/errors.ts';
import type { Placement } from '#core/manifest/place-run.ts';
import { chosenKey, outputUri } from '#core/run/output-keys.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { BoundObjects } from './bind-objects.ts';

const OVERTAKEN = 'another tick was faster; this one goes on with what that left';

/**
 * Where the run of a batch goes. Makes sure that its generation is still the next one: what was
 * chosen before may be in the output else.
 *
 * @throws {UploadConflictError} it is not; the step is tried again.
 */
export function attemptedPlace(
  placement: Placement,
  chosenFor: BoundObjects['chosenFor'],
): Placement {
  if (chosenFor === undefined) return placement;
  const { generation, attempt } = chosenFor;
  if (generation !== placement.generation) {
    throw new UploadConflictError(`generation ${generation} of the output is there: ${OVERTAKEN}`);
  }
  if (attempt === 1) return placement;
  return { ...placement, base: { ...placement.base, moved: { generation, attempt } } };
}

/**
 * Writes the objects of a batch as the source of its generation, create-only, before any run claims
 * it: from then on every tick goes on with them. Does nothing where there is no inbox.
 *
 * @throws {UploadConflictError} another tick has chosen others; the step is tried again.
 */
export async function takeIn(
  { s3 }: PlanDeps,
  { chosenFor, objects, location }: BoundObjects,
  signal: AbortSignal,
): Promise<void> {
  if (chosenFor === undefined) return;
  const { bucket, prefix } = location;
  const key = chosenKey(prefix, chosenFor.generation, chosenFor.attempt);
  const target = { bucket, key, contentType: 'application/x-ndjson' };
  try {
    await createObject(s3, target, objects.pieces(), signal);
  } catch (error) {
    if (!(error instanceof OutputConflictError)) throw error;
    const message = `${outputUri(location, key)} holds other objects: ${OVERTAKEN}`;
    throw new UploadConflictError(message, { cause: error });
  }
}
