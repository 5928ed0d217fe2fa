import { createDynamoClient } from '#aws/clients/dynamo.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { ENV } from '#core/contract.ts';
import { parseFailedExecution } from '#core/failure/failed-execution.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { createInstruments, lambdaHandler } from '#lambdas/shared/step.ts';
import { createHandler } from './handler.ts';

const instruments = createInstruments();

export const handler = lambdaHandler(
  createHandler({
    ...instruments,
    s3: createS3Client(),
    dynamo: createDynamoClient(),
    ledgerTable: environment(ENV.ledgerTable),
    outputBucket: environment(ENV.outputBucket),
  }),
  parseFailedExecution,
  instruments,
);
