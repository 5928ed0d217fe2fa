import { assertPublished } from '#core/manifest/generations.ts';
import type { PublishedRun } from '#core/manifest/place-run.ts';
import { manifestKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { Expectations } from '#core/sparse/expectations.ts';
import type { Instruments } from './step.ts';

/** A run that is in its output already. */
interface CompleteRun extends PublishedRun {
  readonly runId: string;
  readonly location: OutputLocation;
}

/** @throws {ExpectationError} source or rows are not what the request expects. */
export function completeRun(
  logger: Instruments['logger'],
  { runId, location, published }: CompleteRun,
  expect: Expectations,
): PlanResult {
  assertPublished(published, expect);
  logger.info('run is complete already');
  return {
    decision: 'complete',
    runId,
    manifest: outputUri(location, manifestKey(location.prefix)),
  };
}
