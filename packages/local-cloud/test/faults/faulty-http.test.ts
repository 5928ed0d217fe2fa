import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FaultInjector } from '#local/faults/fault-injector.ts';
import type { FaultKind } from '#local/faults/fault-plan.ts';
import { disturbDynamoDb, disturbS3 } from '#local/faults/faulty-http.ts';

/** Requests that reached the server behind the faults. */
interface Behind {
  readonly url: string;
  readonly served: string[];
}

const ANSWER = 'x'.repeat(100_000);

/** A server whose every request is spoiled in one way. */
async function spoiled(kind: FaultKind): Promise<Behind> {
  const faults = new FaultInjector(() => undefined);
  faults.begin({ name: 'all', seed: 1, kinds: [kind], rate: 1, about: [''] });
  const served: string[] = [];
  const serve: RequestListener = async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    served.push(`${request.method} ${body}`);
    response.writeHead(200, { 'content-length': ANSWER.length });
    response.write(Buffer.from(ANSWER.slice(0, 50_000)));
    response.end(ANSWER.slice(50_000));
  };
  const disturb = kind.startsWith('s3') ? disturbS3(faults) : disturbDynamoDb(faults);
  const server = createServer(disturb(serve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/k`, served };
}

const put = { method: 'PUT', body: 'hello' };
const update = {
  method: 'POST',
  body: '{"Key":1}',
  headers: { 'x-amz-target': 'DynamoDB_20120810.UpdateItem' },
};

describe('a disturbed S3', () => {
  it.each([
    ['s3-slow-down', 503, 'SlowDown'],
    ['s3-internal-error', 500, 'InternalError'],
    ['s3-clock-skew', 403, 'RequestTimeTooSkewed'],
    ['s3-request-timeout', 400, 'RequestTimeout'],
    ['s3-incomplete-body', 400, 'IncompleteBody'],
    ['s3-full-disk', 400, 'StorageFailed'],
  ] as const)('answers %s as S3 does, and does nothing', async (kind, status, code) => {
    const { url, served } = await spoiled(kind);
    const response = await fetch(url, put);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
    expect(served).toEqual([]);
  });

  it('does what was asked for when only the answer gets lost', async () => {
    const { url, served } = await spoiled('s3-lost-response');
    await expect(fetch(url, put)).rejects.toThrow();
    expect(served).toEqual(['PUT hello']);
  });

  it('breaks a body off', async () => {
    const { url } = await spoiled('s3-truncated-body');
    const response = await fetch(url);
    expect(response.headers.get('content-length')).toBe(String(ANSWER.length));
    await expect(response.text()).rejects.toThrow();
  });

  it('sends a slow body whole', async () => {
    const { url } = await spoiled('s3-slow-body');
    expect(await (await fetch(url)).text()).toBe(ANSWER);
  });
});

describe.each([
  ['s3-hang', put],
  ['dynamodb-hang', update],
] as const)('a connection with %s', (kind, request) => {
  it('says nothing, does nothing, and breaks in the end', async () => {
    const { url, served } = await spoiled(kind);
    const began = performance.now();
    await expect(fetch(url, request)).rejects.toThrow();
    expect(performance.now() - began).toBeGreaterThan(20);
    expect(served).toEqual([]);
  });
});

it.each(['s3-request-timeout', 's3-incomplete-body', 's3-full-disk'] as const)(
  'a read of S3 never meets %s',
  async (kind) => {
    const { url } = await spoiled(kind);
    expect((await fetch(url)).status).toBe(200);
  },
);

describe('a disturbed DynamoDB', () => {
  it.each([
    ['dynamodb-throttled', 400, 'ProvisionedThroughputExceededException'],
    ['dynamodb-internal-error', 500, 'InternalServerError'],
    ['dynamodb-clock-skew', 400, 'InvalidSignatureException'],
  ] as const)('answers %s as DynamoDB does, and does nothing', async (kind, status, name) => {
    const { url, served } = await spoiled(kind);
    const response = await fetch(url, update);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(name);
    expect(served).toEqual([]);
  });

  it('does what was asked for when only the answer gets lost, with the whole body', async () => {
    const { url, served } = await spoiled('dynamodb-lost-response');
    await expect(fetch(url, update)).rejects.toThrow();
    expect(served).toEqual(['POST {"Key":1}']);
  });
});
