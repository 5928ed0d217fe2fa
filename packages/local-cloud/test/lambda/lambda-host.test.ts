import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FunctionConfiguration } from '#local/lambda/function-configuration.ts';
import { functionEnvironment } from '#local/lambda/function-environment.ts';
import { LambdaHost } from '#local/lambda/lambda-host.ts';
import { functionIn } from './function-in.ts';

/** One bundle that does what its event says. */
const BUNDLE = `
import { readFileSync, writeFileSync } from 'node:fs';
let invocations = 0;
const actions = {
  echo: (event) => event,
  nothing: () => undefined,
  count: () => ({ invocations: ++invocations, pid: process.pid }),
  context: (_, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() }),
  environment: () => process.env,
  fail: () => { throw Object.assign(new Error('told to'), { name: 'ToldError' }); },
  exit: () => process.exit(7),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  spin: () => { for (;;); },
  block: ({ ms }) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  wait: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve(process.pid), ms)),
  reject: () => { Promise.reject(new Error('stray')); return new Promise(() => {}); },
  fill: () => { const kept = []; for (;;) kept.push(new Array(1e6).fill(kept.length)); },
  large: () => 'x'.repeat(7e6),
  write: () => writeFileSync('/tmp/kept', 'x'),
  read: () => readFileSync(import.meta.filename, 'utf8').length,
  log: () => { console.log('plain words'); console.log('{"level":"INFO"}'); },
};
export const handler = async (event, context) => actions[event.action](event, context);
`;

const FUNCTIONS = 'arn:aws:lambda:us-east-1:000000000000:function';

/** Longer than Node's HTTP servers keep an idle connection open: 5 s and a buffer of 1 s. */
const LONG_MILLISECONDS = 6_500;

let directory: string;
let host: LambdaHost;
/** Where nothing else runs. */
let quietHost: LambdaHost;
/**
 * Two invocations that block one process for this long, one after the other. They start before all
 * tests, so that they run beside them.
 */
let blocked: Promise<Awaited<ReturnType<LambdaHost['invoke']>>[]>;

function configuration(
  name: string,
  overrides: Partial<FunctionConfiguration> = {},
): FunctionConfiguration {
  return functionIn(directory, name, {
    environment: { COLOUR: 'blue' },
    asyncRetries: 2,
    ...overrides,
  });
}

const environmentOf = (of: FunctionConfiguration) =>
  functionEnvironment(of, {
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret' },
    endpoints: { S3: 'https://127.0.0.1:1' },
    caFile: join(directory, 'ca.pem'),
  });

beforeAll(async () => {
  vi.stubEnv('OWNER_SECRET', 'not for functions');
  directory = await mkdtemp(join(tmpdir(), 'lambda-host-'));
  await mkdir(join(directory, 'code'));
  await writeFile(join(directory, 'code', 'index.mjs'), BUNDLE);
  await writeFile(join(directory, 'code', 'broken.mjs'), 'throw new TypeError("cannot load");');
  host = new LambdaHost({
    functions: [
      configuration('f', { versionArns: [`${FUNCTIONS}:f:7`] }),
      configuration('warm'),
      configuration('hasty', { timeoutSeconds: 1 }),
      configuration('scarce', { reservedConcurrency: 1 }),
      configuration('broken', { handler: 'broken.handler' }),
      configuration('absent', { handler: 'index.nothingHere' }),
      configuration('once', { asyncRetries: 0 }),
    ],
    mishapOf: (_, payload) => (payload.includes('no files') ? { opensNothing: true } : undefined),
    environmentOf,
    logDirectory: join(directory, 'logs'),
    scratchDirectory: join(directory, 'scratch'),
    concurrency: 4,
  });
  quietHost = new LambdaHost({
    functions: [configuration('blocked', { timeoutSeconds: 300 })],
    environmentOf,
    logDirectory: join(directory, 'logs'),
    scratchDirectory: join(directory, 'quiet-scratch'),
    concurrency: 1,
  });
  const block = `{"action":"block","ms":${LONG_MILLISECONDS}}`;
  blocked = Promise.all([quietHost.invoke('blocked', block), quietHost.invoke('blocked', block)]);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await host.close();
  await quietHost.close();
  await rm(directory, { recursive: true });
});

async function invoke(action: string, event: object = {}, name = 'f') {
  const result = await host.invoke(name, JSON.stringify({ action, ...event }));
  return { ...result, payload: JSON.parse(result.payload) };
}

describe('a function', () => {
  it('answers with what its handler returned', async () => {
    expect(await invoke('echo', { x: [1, 'ü'] })).toEqual({
      statusCode: 200,
      executedVersion: '$LATEST',
      payload: { action: 'echo', x: [1, 'ü'] },
    });
    expect((await invoke('nothing')).payload).toBeNull();
  });

  it('is found by name, ARN and ARN with a version', async () => {
    const { arn } = configuration('f');
    for (const name of ['f', arn, `${arn}:$LATEST`]) {
      expect((await invoke('echo', {}, name)).statusCode).toBe(200);
    }
    await expect(invoke('echo', {}, 'unheard')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('has the ARN of what names it: its own, or that of a version', () => {
    const { arn } = configuration('f');
    for (const name of ['f', arn, `${arn}:$LATEST`]) expect(host.qualifiedArnOf(name)).toBe(arn);
    expect(host.qualifiedArnOf(`${arn}:7`)).toBe(`${arn}:7`);
    expect(() => host.qualifiedArnOf(`${arn}:8`)).toThrow(`Function not found: ${arn}:8`);
  });

  it('runs for a function that waits for it, even where no turn is free', async () => {
    const scratchDirectory = join(directory, 'nested-scratch');
    const logDirectory = join(directory, 'logs');
    const functions = [configuration('f')];
    const shared = { functions, environmentOf, logDirectory, scratchDirectory };
    const busy = new LambdaHost({ ...shared, concurrency: 1 });
    const outer = busy.invoke('f', '{"action":"wait","ms":60000}');
    const { arn } = configuration('f');
    const nested = await busy.invokeNested(`${arn}:7`, '{"action":"echo"}');
    expect(nested).toMatchObject({ executedVersion: '7', payload: '{"action":"echo"}' });
    await busy.close();
    expect(await outer).toMatchObject({ functionError: 'Unhandled' });
  });

  it('stays warm: one process serves invocations one after the other', async () => {
    const first = (await invoke('count', {}, 'warm')).payload;
    const second = (await invoke('count', {}, 'warm')).payload;
    expect(second).toEqual({ invocations: 2, pid: first.pid });
  });

  it('runs in as many processes as there are invocations at once, up to the limit', async () => {
    const together = Array.from({ length: 8 }, () => invoke('wait', { ms: 100 }));
    const pids = new Set((await Promise.all(together)).map(({ payload }) => payload));
    expect(pids.size).toBe(4);
  });

  it('gets its identity and its remaining time', async () => {
    const { payload } = await invoke('context');
    expect(payload).toMatchObject({
      functionName: 'f',
      functionVersion: '$LATEST',
      invokedFunctionArn: configuration('f').arn,
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/f',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(payload.remaining).toBeGreaterThan(50_000);
    expect(payload.remaining).toBeLessThanOrEqual(60_000);
  });

  it('sees its own environment and nothing of this process but PATH', async () => {
    const { payload } = await invoke('environment');
    const { AWS_LAMBDA_RUNTIME_API: _, _X_AMZN_TRACE_ID: traceId, ...others } = payload;
    expect(others).toEqual(environmentOf(configuration('f')));
    expect(others).not.toHaveProperty('OWNER_SECRET');
    expect(others.PATH).toBe(process.env['PATH']);
    expect(traceId).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
  });

  it('leaves its output in a log of JSON lines', async () => {
    await invoke('log');
    const file = join(directory, 'logs', 'f.jsonl');
    await expect
      .poll(async () =>
        (await readFile(file, 'utf8'))
          .trim()
          .split('\n')
          .map((x) => JSON.parse(x)),
      )
      .toEqual(
        expect.arrayContaining([
          { timestamp: expect.any(String), message: 'plain words' },
          { level: 'INFO' },
        ]),
      );
  });

  it('is heard however long it blocked its process, again and again', async () => {
    const ended = (await blocked).map(({ payload, functionError }) => ({ payload, functionError }));
    expect(ended).toEqual([{ payload: '"timed-out"' }, { payload: '"timed-out"' }]);
    expect(quietHost.processes()).toEqual([expect.objectContaining({ invocations: 2 })]);
  });

  it.runIf(process.platform === 'linux')('reports its peak memory', () => {
    const peaks = host.processes().map(({ peakRssBytes }) => peakRssBytes);
    expect(peaks.length).toBeGreaterThan(0);
    for (const peak of peaks) expect(peak).toBeGreaterThan(10e6);
  });
});

describe('a function that fails', () => {
  it('fails with the name of the error it threw, and stays warm', async () => {
    const before = (await invoke('count', {}, 'once')).payload;
    expect(await invoke('fail', {}, 'once')).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'ToldError', errorMessage: 'told to', trace: expect.any(Array) },
    });
    expect((await invoke('count', {}, 'once')).payload.pid).toBe(before.pid);
  });

  it.each([
    ['exits', 'exit', 'Runtime.ExitError', /Runtime exited with error: exit status 7$/],
    ['is killed', 'kill', 'Runtime.ExitError', /Runtime exited with error: signal: killed$/],
    ['runs out of memory', 'fill', 'Runtime.ExitError', /signal: aborted$/],
    ['rejects outside its handler', 'reject', 'Runtime.UnhandledPromiseRejection', /stray/],
    ['answers too much', 'large', 'Function.ResponseSizeTooLarge', /6291556 bytes/],
  ])(
    'fails with its own name when it %s, and the next invocation runs',
    async (_, action, errorType, errorMessage) => {
      expect(await invoke(action)).toMatchObject({
        functionError: 'Unhandled',
        payload: { errorType, errorMessage: expect.stringMatching(errorMessage) },
      });
      expect((await invoke('echo')).functionError).toBeUndefined();
    },
  );

  it('fails when it writes a file: it has no ephemeral storage', async () => {
    const { functionError, payload } = await invoke('write');
    expect(functionError).toBe('Unhandled');
    expect(payload.errorMessage).toMatch(/restricted. Use --allow-fs-write/);
    expect(payload.trace.join()).toContain('writeFileSync');
  });

  it.runIf(process.platform === 'linux')(
    'fails with EMFILE while it may open nothing, and reads again after that',
    async () => {
      const { payload } = await invoke('read', { because: 'no files' }, 'once');
      expect(payload.errorMessage).toMatch(/^EMFILE: too many open files/);
      expect((await invoke('read', {}, 'once')).payload).toBeGreaterThan(0);
    },
  );

  it('fails with Sandbox.Timedout when its time is over, even in an endless loop', async () => {
    expect((await invoke('spin', {}, 'hasty')).payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
      ),
    });
    // On a busy machine even an echo may take its second.
    const echo = async () => (await invoke('echo', {}, 'hasty')).functionError;
    await expect.poll(echo).toBeUndefined();
  });

  it('fails with its reason when the bundle cannot be loaded', async () => {
    const broken = await invoke('echo', {}, 'broken');
    expect(broken.payload).toMatchObject({ errorType: 'TypeError', errorMessage: 'cannot load' });
    expect((await invoke('echo', {}, 'absent')).payload.errorType).toBe('Runtime.HandlerNotFound');
  });

  it('fails with TooManyRequestsException beyond its reserved concurrency', async () => {
    const [first, second] = await Promise.allSettled([
      invoke('wait', { ms: 50 }, 'scarce'),
      invoke('wait', { ms: 50 }, 'scarce'),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { name: 'TooManyRequestsException' } });
    await expect(invoke('wait', { ms: 1 }, 'scarce')).resolves.toBeDefined();
  });

  it('is tried again when it is invoked asynchronously', async () => {
    const sum = () =>
      host
        .processes()
        .filter(({ functionName }) => functionName === 'warm')
        .reduce((total, { invocations }) => total + invocations, 0);
    const before = sum();
    await host.invokeAsync('warm', '{"action":"fail"}');
    expect(sum() - before).toBe(3);
  });
});

describe('an environment that Lambda would not take', () => {
  it.each([
    ['passes 4 KB', { BIG: 'x'.repeat(4096) }, '4KB limit'],
    ['sets a reserved variable', { AWS_REGION: 'mars' }, 'AWS_REGION'],
  ])('fails at load when it %s', (_, environment, message) => {
    expect(() => environmentOf(configuration('g', { environment }))).toThrow(message);
  });
});

it('fails on a request of more than 6 MB', async () => {
  await expect(invoke('echo', { x: 'x'.repeat(7e6) })).rejects.toMatchObject({
    name: 'RequestEntityTooLargeException',
  });
});
