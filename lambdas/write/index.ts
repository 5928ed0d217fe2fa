import { createDynamoClient } from '#aws/clients/dynamo.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { PART_BUFFERS } from '#aws/part-sink.ts';
import { ENV } from '#core/contract.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import { parseWriteInput } from '#core/run/write-input.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { ledgersIn } from '#lambdas/shared/open-ledger.ts';
import { createInstruments, lambdaHandler } from '#lambdas/shared/step.ts';
import { createHandler } from './handler.ts';

const instruments = createInstruments();

export const handler = lambdaHandler(
  createHandler({
    ...instruments,
    s3: instruments.meter.timed(createS3Client()),
    room: openEncoderRoom({ count: PART_BUFFERS, bytes: PART_BYTES }),
    openLedger: ledgersIn(createDynamoClient(), environment(ENV.ledgerTable)),
  }),
  parseWriteInput,
  instruments,
);
