import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Clients, LocalServices } from './local-services.ts';

/** The bucket and the table that steps work on. */
export type Stores = Pick<LocalServices, 'bucket' | 'table'>;

/**
 * What any step needs from outside, in a deployment without presets. Logs and metrics are kept from
 * the test's own output.
 */
export function stepDeps({ s3, dynamo }: Clients, { bucket, table }: Stores) {
  return {
    ...{ s3, dynamo, ledgerTable: table, outputBucket: bucket, requestDefaults: {} },
    functions: new Map(),
    now: () => new Date(),
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test' }),
  };
}
