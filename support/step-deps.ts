import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createLambdaClient } from '#aws/clients/lambda.ts';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { ledgersIn } from '#lambdas/shared/open-ledger.ts';
import { TryMeter } from '#lambdas/shared/try-meter.ts';
import type { Clients, LocalServices } from './local-services.ts';

/** The bucket and the table that steps work on. */
export type Stores = Pick<LocalServices, 'bucket' | 'table'> & {
  /** @default the time */
  readonly now?: () => Date;
  /** @default none */
  readonly databases?: ReadDatabase;
  /** Names of databases that requests may name. @default none */
  readonly connections?: readonly string[];
};

/**
 * What any step needs from outside, in a deployment without presets. Logs and metrics are kept from
 * the test's own output.
 */
export function stepDeps(
  { s3, dynamo }: Clients,
  { bucket, table, now = () => new Date(), databases }: Stores,
) {
  return {
    ...{ s3, dynamo, ledgerTable: table, outputBucket: bucket, requestDefaults: {} },
    ...{ now, region: 'us-east-1', openLedger: ledgersIn(dynamo, table, now) },
    ...(databases && { databases }),
    // No step calls it without a function that a request names.
    ...{ lambda: createLambdaClient(), transforms: {} },
    functions: new Map(),
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test' }),
    meter: new TryMeter(),
  };
}
