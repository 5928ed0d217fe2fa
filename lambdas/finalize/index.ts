import { createDynamoClient } from '#aws/clients/dynamo.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { ENV } from '#core/contract.ts';
import { parseFinalizeInput } from '#core/run/step-messages.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { ledgersIn } from '#lambdas/shared/open-ledger.ts';
import { createInstruments, lambdaHandler } from '#lambdas/shared/step.ts';
import { createHandler } from './handler.ts';

const instruments = createInstruments();

export const handler = lambdaHandler(
  createHandler({
    ...instruments,
    s3: createS3Client(),
    openLedger: ledgersIn(createDynamoClient(), environment(ENV.ledgerTable)),
  }),
  parseFinalizeInput,
  instruments,
);
