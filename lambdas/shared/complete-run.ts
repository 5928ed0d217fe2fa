import type { Logger } from '@aws-lambda-powertools/logger';
import type { PublishedRun } from '#core/manifest/place-run.ts';
import { manifestKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';

/** A run that is in its output already. */
interface CompleteRun extends PublishedRun {
  readonly runId: string;
  readonly location: OutputLocation;
}

/** @throws {ExpectationError} the source is not what the request expects. */
export function completeRun(
  logger: Logger,
  { runId, location, published }: CompleteRun,
  expect: { readonly rows?: number | undefined; readonly columns?: number | undefined },
): PlanResult {
  sourceOf(published.facts).assertExpected(expect);
  logger.info('run is complete already');
  return {
    decision: 'complete',
    runId,
    manifest: outputUri(location, manifestKey(location.prefix)),
  };
}
