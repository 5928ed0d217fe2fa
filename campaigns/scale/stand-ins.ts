/**
 * S3 and DynamoDB as far as Plan and Finalize call them, in a process of their own, so that what
 * they cost is not counted. What a million chunks would be is computed when it is asked for.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createCertificate, type LocalCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { generatedBundle } from './generated-bundle.ts';
import { answerDynamoDb } from './ledger-pages.ts';
import { answerS3, operationOf } from './s3-answers.ts';
import { SpooledObjects } from './spooled-objects.ts';
import type { StandInOptions, StandInReport, StandInRequest } from './stand-in-messages.ts';

type Serve = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

process.once('disconnect', () => process.exit(0));

const options: StandInOptions = JSON.parse(process.argv[2] ?? '{}');
let calls: Record<string, number> = {};
let isWritten = false;

function report(message: StandInReport): void {
  process.send?.(message);
}

function count(operation: string): void {
  calls[operation] = (calls[operation] ?? 0) + 1;
}

async function listen(tls: LocalCertificate, serve: Serve): Promise<string> {
  const server = createServer({ ...tls, keepAliveTimeout: 0 }, (message, response) => {
    serve(message, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const tls = await createCertificate(options.directory);
const contents = {
  source: generatedBundle(options.chunks),
  objects: new SpooledObjects(join(options.directory, 'objects')),
  chunks: () => (isWritten ? options.chunks : 0),
  listMilliseconds: options.listMilliseconds,
};
const s3 = await listen(tls, async (message, response) => {
  count(operationOf(message));
  await answerS3(message, response, contents);
});
const dynamodb = await listen(tls, async (message, response) => {
  const [, operation = ''] = String(message.headers['x-amz-target']).split('.');
  count(operation);
  const answer = await answerDynamoDb(operation, await text(message), options);
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(answer);
});
process.on('message', (request: StandInRequest) => {
  if (request.kind === 'written') {
    isWritten = true;
    return;
  }
  report({ kind: 'calls', calls });
  calls = {};
});
report({ kind: 'ready', s3, dynamodb });
