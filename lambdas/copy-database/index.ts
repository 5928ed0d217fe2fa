import { createDynamoClient } from '#aws/clients/dynamo.ts';
import { createLambdaClient } from '#aws/clients/lambda.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { ENV } from '#core/contract.ts';
import { parseWriteTableInput } from '#core/run/write-table-input.ts';
import { timedDatabases } from '#lambdas/shared/databases.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { ledgersIn } from '#lambdas/shared/open-ledger.ts';
import { deployedFunctions } from '#lambdas/shared/own-functions.ts';
import { createInstruments, lambdaHandler } from '#lambdas/shared/step.ts';
import { sweepSeldom } from '#lambdas/shared/table-chunk/heap.ts';
import { createHandler } from '#lambdas/write-table/handler.ts';

sweepSeldom();

const instruments = createInstruments();

export const handler = lambdaHandler(
  createHandler({
    ...instruments,
    s3: instruments.meter.timed(createS3Client()),
    lambda: createLambdaClient(),
    transforms: JSON.parse(environment(ENV.transforms)),
    openLedger: ledgersIn(createDynamoClient(), environment(ENV.ledgerTable)),
    functions: deployedFunctions(),
    databases: timedDatabases(instruments.meter),
  }),
  parseWriteTableInput,
  instruments,
);
