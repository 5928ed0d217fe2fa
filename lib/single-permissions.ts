import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { KEYS } from './key-patterns.ts';
import { createsWhole, type Permission, SEND_PARTS } from './permissions.ts';

/** Begins, lists, completes and aborts the upload that all chunks of a run are parts of. */
export function handlesUploads(outputBucket: IBucket, reason: string): Permission {
  return {
    reason,
    actions: SEND_PARTS,
    resources: [
      outputBucket.arnForObjects(KEYS.singles),
      outputBucket.arnForObjects(KEYS.overwritingSingles),
    ],
  };
}

/** What a step that plans does where all rows become one object. */
export function opensUploads(outputBucket: IBucket): readonly Permission[] {
  return [
    handlesUploads(outputBucket, 'opens the upload of one object, or finds that it is there'),
    createsWhole(outputBucket, KEYS.uploads, 'records which upload the writers send parts of'),
  ];
}
