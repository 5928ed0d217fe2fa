import { Tags } from 'aws-cdk-lib';
import { CfnStateMachine, type StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ANY_SUFFIX, TAGS } from '#core/contract.ts';
import type { Stores } from './function-permissions.ts';
import type { KeyPattern } from './triggers.ts';

/** What a tag may hold: the begin of a text, and its end. */
const HELD_BEGIN = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}/u;
const HELD_END = /[\p{L}\p{N}_.:/=+\-@]*$/u;
const MAX_VALUE = 256;

/**
 * The keys that start runs. Where a tag cannot hold the pattern, it holds one that more keys match:
 * clients keep away from all of them.
 */
function triggerTags({ prefix, suffixes }: KeyPattern): Readonly<Record<string, string>> {
  const ends = suffixes.map((suffix) => HELD_END.exec(suffix)?.[0] ?? '');
  const listed = ends.includes('') ? ANY_SUFFIX : ends.join(' ');
  const begin = HELD_BEGIN.exec(prefix)?.[0] ?? '';
  return {
    // A tag is never empty.
    ...(begin !== '' && { [TAGS.triggerPrefix]: begin }),
    [TAGS.triggerSuffixes]: listed.length > MAX_VALUE ? ANY_SUFFIX : listed,
  };
}

/** Tags a state machine so that clients find its buckets, ledger and triggers by its ARN alone. */
export function tagForDiscovery(
  stateMachine: StateMachine,
  { sourceBucket, outputBucket, ledger }: Pick<Stores, 'sourceBucket' | 'outputBucket' | 'ledger'>,
  keys: KeyPattern | undefined,
): void {
  const tags = {
    [TAGS.sourceBucket]: sourceBucket.bucketName,
    [TAGS.outputBucket]: outputBucket.bucketName,
    [TAGS.ledger]: ledger.tableName,
    ...(keys && triggerTags(keys)),
  };
  // Not its roles.
  const only = { includeResourceTypes: [CfnStateMachine.CFN_RESOURCE_TYPE_NAME] };
  for (const [key, value] of Object.entries(tags)) Tags.of(stateMachine).add(key, value, only);
}
