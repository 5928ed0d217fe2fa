import { createObject } from '#aws/create-only.ts';
import { OutputConflictError, UploadConflictError } from '#core/errors.ts';
import type { BoundTable } from '#core/run/bind-table.ts';
import { chosenKey, outputUri } from '#core/run/output-keys.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';

const OVERTAKEN = 'another tick was faster; this one goes on with what that left';

/**
 * Makes sure that the generation of a batch is still the next one: what was chosen before may be
 * in the output else.
 *
 * @throws {UploadConflictError} it is not; the step is tried again.
 */
export function assertNext(generation: number, chosenFor: number | undefined): void {
  if (chosenFor === undefined || chosenFor === generation) return;
  throw new UploadConflictError(`generation ${chosenFor} of the output is there: ${OVERTAKEN}`);
}

/**
 * Writes the objects of a batch as the source of its generation, create-only, before any run claims
 * it: from then on every tick goes on with them. Does nothing where there is no inbox.
 *
 * @throws {UploadConflictError} another tick has chosen others; the step is tried again.
 */
export async function takeIn(
  { s3 }: PlanDeps,
  { request, objects, location }: BoundTable,
  generation: number,
  signal: AbortSignal,
): Promise<void> {
  if (request.source.inbox === undefined) return;
  const { bucket, prefix } = location;
  const key = chosenKey(prefix, generation);
  const target = { bucket, key, contentType: 'application/x-ndjson' };
  try {
    await createObject(s3, target, objects.pieces(), signal);
  } catch (error) {
    if (!(error instanceof OutputConflictError)) throw error;
    const message = `${outputUri(location, key)} holds other objects: ${OVERTAKEN}`;
    throw new UploadConflictError(message, { cause: error });
  }
}
