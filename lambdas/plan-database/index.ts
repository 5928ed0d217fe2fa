import { createDynamoClient } from '#aws/clients/dynamo.ts';
import { createLambdaClient } from '#aws/clients/lambda.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { ENV } from '#core/contract.ts';
import { parsePlanInput } from '#core/run/step-messages.ts';
import { createHandler } from '#lambdas/plan-table/handler.ts';
import { deployedDatabases } from '#lambdas/shared/databases.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { ledgersIn } from '#lambdas/shared/open-ledger.ts';
import { deployedFunctions } from '#lambdas/shared/own-functions.ts';
import { createInstruments, lambdaHandler } from '#lambdas/shared/step.ts';
import { triggerKeys } from '#lambdas/shared/trigger-keys.ts';

const instruments = createInstruments();

export const handler = lambdaHandler(
  createHandler({
    ...instruments,
    s3: createS3Client(),
    lambda: createLambdaClient(),
    transforms: JSON.parse(environment(ENV.transforms)),
    openLedger: ledgersIn(createDynamoClient(), environment(ENV.ledgerTable)),
    connections: JSON.parse(environment(ENV.connections)),
    outputBucket: environment(ENV.outputBucket),
    requestDefaults: JSON.parse(environment(ENV.requestDefaults)),
    trigger: triggerKeys(),
    functions: deployedFunctions(),
    databases: deployedDatabases(),
    now: () => new Date(),
    region: environment('AWS_REGION'),
  }),
  parsePlanInput,
  instruments,
);
