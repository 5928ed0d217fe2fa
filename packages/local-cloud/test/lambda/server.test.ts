import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessDenied } from '#local/authorization.ts';
import { LambdaException } from '#local/lambda/lambda-errors.ts';
import { type LambdaServer, startLambdaServer } from '#local/lambda/server.ts';
import { identifyTester, TESTER } from '#local/testing/s3-client.ts';
import { createCertificate } from '#local/tls.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:echo:7';

let directory: string;
let server: LambdaServer;
let client: LambdaClient;

/** Answers by the name of the function. */
const ANSWERS: Readonly<Record<string, () => Error>> = {
  denied: () => new AccessDenied('User: u is not authorized to perform: lambda:InvokeFunction'),
  missing: () => new LambdaException('ResourceNotFoundException', 'Function not found: missing'),
  busy: () => new LambdaException('TooManyRequestsException', 'Rate Exceeded.'),
  broken: () => new TypeError('a bug'),
};

function clientOf(secretAccessKey: string): LambdaClient {
  return new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { ...TESTER, secretAccessKey },
    requestHandler: { httpsAgent: agent },
    maxAttempts: 1,
  });
}

let agent: Agent;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambda-server-'));
  const tls = await createCertificate(directory);
  agent = new Agent({ ca: tls.cert });
  server = await startLambdaServer({
    tls,
    region: 'us-east-1',
    identify: identifyTester,
    async invoke({ functionName, payload, accessKeyId }) {
      const error = ANSWERS[functionName]?.();
      if (error !== undefined) throw error;
      const echoed = JSON.stringify({ functionName, accessKeyId, event: JSON.parse(payload) });
      const failed = functionName === 'fails' && ({ functionError: 'Unhandled' } as const);
      return { statusCode: 200, executedVersion: '7', payload: echoed, ...failed };
    },
  });
  client = clientOf(TESTER.secretAccessKey);
});

afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

const invoke = (input: Partial<InvokeCommandInput>, by = client) =>
  by.send(new InvokeCommand({ FunctionName: ARN, ...input }));

const parsed = (payload: Uint8Array | undefined) => JSON.parse(Buffer.from(payload!).toString());

describe('Invoke', () => {
  it('hands the event to the version that an ARN names, and gives back its answer', async () => {
    const { Payload, StatusCode, ExecutedVersion, FunctionError } = await invoke({
      Payload: '{"a":1}',
    });
    const { accessKeyId } = TESTER;
    expect(parsed(Payload)).toEqual({ functionName: ARN, accessKeyId, event: { a: 1 } });
    expect([StatusCode, ExecutedVersion, FunctionError]).toEqual([200, '7', undefined]);
    expect(parsed((await invoke({})).Payload).event).toEqual({});
  });

  it('says that a function failed beside its answer', async () => {
    expect(await invoke({ FunctionName: 'fails' })).toMatchObject({ FunctionError: 'Unhandled' });
  });

  it.each([
    ['denied', 'AccessDeniedException', 403],
    ['missing', 'ResourceNotFoundException', 404],
    ['busy', 'TooManyRequestsException', 429],
    ['broken', 'ServiceException', 500],
  ])('fails by the name that AWS gives where it is %s', async (FunctionName, name, status) => {
    await expect(invoke({ FunctionName })).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });

  it('fails for an event that is not waited for', async () => {
    await expect(invoke({ InvocationType: 'Event' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'InvocationType Event is not implemented by the local Lambda',
    });
  });

  it('fails for a request that is signed wrongly', async () => {
    const other = clientOf('another secret');
    await expect(invoke({}, other)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    other.destroy();
  });

  it('fails for any other call', async () => {
    const { GetFunctionCommand } = await import('@aws-sdk/client-lambda');
    await expect(client.send(new GetFunctionCommand({ FunctionName: ARN }))).rejects.toThrow(
      /GET .*functions.* is not implemented by the local Lambda/,
    );
  });
});
