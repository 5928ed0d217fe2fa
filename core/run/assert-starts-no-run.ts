import type { TriggerKeys } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import type { OutputLocation } from './run-fields.ts';
import { type OutputSpec, outputOf } from './run-output.ts';

/** Whether keys below two prefixes may be the same. */
function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/**
 * Refuses an output whose chunks would start runs, each of which would start more.
 *
 * @param trigger keys that start runs; undefined where none do.
 * @throws {RequestError} naming the format, the suffix, and what to change.
 */
export function assertStartsNoRun(
  { bucket, prefix }: OutputLocation,
  spec: OutputSpec,
  trigger: TriggerKeys | undefined,
): void {
  if (trigger?.bucket !== bucket || !overlap(trigger.prefix, prefix)) return;
  const { ending, describe } = outputOf(spec);
  const suffix = trigger.suffixes.find((each) => ending.endsWith(each) || each.endsWith(ending));
  if (suffix === undefined) return;
  const format = describe()['output.format'];
  throw new RequestError([
    `output.format ${format} makes objects *${ending} in s3://${bucket}/${prefix}, and each that ends with ${JSON.stringify(suffix)} starts a run there; give another output.format, or deploy with another outputBucket, or with triggerSuffixes or a triggerPrefix that outputs do not have`,
  ]);
}
