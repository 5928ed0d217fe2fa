import {
  S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY,
  STEPFUNCTIONS_USE_DISTRIBUTED_MAP_RESULT_WRITER_V2,
} from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';

/**
 * Flags of the CDK without which the construct would be another one: results of a large Map would
 * pass through the state of its execution, which holds 256 KiB, and the bucket of the access logs
 * would need access control lists.
 */
const FLAGS = [
  STEPFUNCTIONS_USE_DISTRIBUTED_MAP_RESULT_WRITER_V2,
  S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY,
];

/**
 * Sets the flags that a construct needs for all that it will contain, whatever the app around it
 * has set.
 */
export function setFlags(construct: Construct): void {
  for (const flag of FLAGS) construct.node.setContext(flag, true);
}
