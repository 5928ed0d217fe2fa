import { createS3Client } from '#aws/clients/s3.ts';
import { ENV } from '#core/contract.ts';
import { parseStageTask } from '#core/sources/stage-task.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { createInstruments, lambdaHandler } from '#lambdas/shared/step.ts';
import { createHandler } from './handler.ts';

const instruments = createInstruments();

export const handler = lambdaHandler(
  createHandler({
    ...instruments,
    s3: createS3Client(),
    outputBucket: environment(ENV.outputBucket),
  }),
  parseStageTask,
  instruments,
);
