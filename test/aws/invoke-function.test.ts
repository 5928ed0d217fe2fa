import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLambdaClient, type LambdaClient } from '#aws/clients/lambda.ts';
import { invokeFunction } from '#aws/invoke-function.ts';
import { AccessDeniedError, ServiceUnavailableError } from '#core/errors.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:clean:3';

type Answer = (response: ServerResponse) => void;

let directory: string;
let server: Server;
let client: LambdaClient;
/** What the server answers, one request after the other. */
let answers: Answer[];
let requests: { readonly path: string; readonly body: string }[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'invoke-function-'));
  const { key, cert } = await createCertificate(directory);
  server = createServer({ key, cert }, async (request, response) => {
    const pieces = await Array.fromAsync(request);
    requests.push({ path: request.url ?? '', body: Buffer.concat(pieces).toString() });
    answers.shift()?.(response);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = createLambdaClient({
    ...{ endpoint: `https://localhost:${port}`, region: 'us-east-1', ca: cert },
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
  });
});

beforeEach(() => {
  requests = [];
});

afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

const succeeded: Answer = (response) => response.end('null');

const failed =
  (payload: string): Answer =>
  (response) =>
    response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(payload);

const refused =
  (status: number, type: string): Answer =>
  (response) =>
    response.writeHead(status, { 'x-amzn-errortype': type }).end('{"message":"no"}');

const throttled = refused(429, 'TooManyRequestsException');

async function invoke(script: Answer[], signal = new AbortController().signal) {
  answers = script;
  return await invokeFunction(client, { arn: ARN, payload: { input: 'a' } }, signal);
}

describe('invokeFunction', () => {
  it('sends the event to the version and waits for its end', async () => {
    expect(await invoke([succeeded])).toBeUndefined();
    const path = `/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`;
    expect(requests).toEqual([{ path, body: '{"input":"a"}' }]);
  });

  it.each([
    ['{"errorType":"ValueError","errorMessage":"bad"}', { type: 'ValueError', message: 'bad' }],
    ['{"errorMessage":"late"}', { type: 'Error', message: 'late' }],
    ['no JSON', { type: 'Error', message: 'no JSON' }],
  ])('says how a function failed by %s', async (payload, failure) => {
    expect(await invoke([failed(payload)])).toEqual(failure);
  });

  it('waits for its turn where too many functions run', async () => {
    expect(await invoke([throttled, throttled, succeeded])).toBeUndefined();
    expect(requests).toHaveLength(3);
  });

  it('ends its wait with the reason of the signal', async () => {
    const signal = AbortSignal.timeout(100);
    const script = Array<Answer>(9).fill(throttled);
    await expect(invoke(script, signal)).rejects.toThrow();
    expect(signal.aborted).toBe(true);
    expect(requests.length).toBeLessThan(3);
  });

  it('fails by name where it may not, and where Lambda or the connection fails', async () => {
    const denied = invoke([refused(403, 'AccessDeniedException')]);
    await expect(denied).rejects.toThrow(AccessDeniedError);
    const broken = [refused(500, 'ServiceException')];
    await expect(invoke(broken)).rejects.toThrow(ServiceUnavailableError);
  });

  it('sends nothing twice where the connection breaks: the function may run', async () => {
    const cut: Answer = (response) => response.destroy();
    await expect(invoke([cut, succeeded])).rejects.toThrow(ServiceUnavailableError);
    expect(requests).toHaveLength(1);
  });
});
