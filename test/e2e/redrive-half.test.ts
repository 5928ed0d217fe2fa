import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FailureReport } from '#core/failure/failure-report.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { runHere, runShell } from '#test/cli/run-command.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;
const CHUNKS = 8;

const faults = new FaultInjector(() => undefined);
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start(undefined, faults);
}, patience(30_000));
afterAll(() => stack.close());

async function read<T>(uri: string): Promise<T> {
  return JSON.parse((await stack.read(uri)).toString());
}

/** Runs a line of a report as a person would, with the environment that finds the local S3. */
async function runLine(line: string) {
  const { endpoints, credentials, region, caFile } = stack.cloud;
  const environment = [
    `AWS_ENDPOINT_URL_S3=${endpoints.s3}`,
    `AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
    `AWS_REGION=${region}`,
    `NODE_EXTRA_CA_CERTS=${caFile}`,
  ].join(' ');
  const words = line.replace(/^.*? slice /, 'cli slice ');
  return await runShell(`export ${environment}; ${words}`);
}

it('half the chunks killed for good are reported, repeated by hand, and completed by redrive', {
  timeout: patience(120_000),
}, async () => {
  const local = ['--local', dirname(stack.cloud.logDirectory)];
  const half = Array.from({ length: CHUNKS / 2 }, (_, at) => 2 * at + 1);
  faults.begin({
    ...{ name: 'half', seed: 1, kinds: ['lambda-killed'], rate: 1 },
    about: half.map((index) => `"chunk":{"index":${index},`),
  });
  const source = await stack.putSource('half', goldenBytes(tall.file));
  const rows = Math.ceil(tall.shape[0] / CHUNKS);
  const request = { source, chunking: { rows }, limits: { concurrency: CHUNKS } };
  const executionArn = await stack.startExecution(request);
  const name = executionArn.split(':').at(-1)!;
  expect(await stack.endOf(executionArn)).toMatchObject({ status: 'FAILED' });

  const shown = await runHere(['--json', 'status', name, '--chunks', ...local]);
  expect(shown.code).toBe(1);
  const status = JSON.parse(shown.stdout.toString());
  const unfinished = status.jobs.filter((job: { status: string }) => job.status !== 'done');
  const killed = unfinished.map(({ index }: { index: number }) => index);
  expect(half).toEqual(expect.arrayContaining(killed));
  expect(unfinished.length).toBeGreaterThan(0);

  const reportUri = `${status.output}_manifest/failures.json`;
  const find = () => read<FailureReport>(reportUri).catch(() => undefined);
  await expect.poll(find, { timeout: patience(10_000) }).toBeDefined();
  const report = await read<FailureReport>(reportUri);
  expect(report).toMatchObject({ executionArn, runId: status.runId, status: 'FAILED' });
  expect(report.chunks.map(({ index }) => index).sort()).toEqual(killed.sort());
  const [chunk] = report.chunks;
  const repeated = await runLine(chunk!.reproduce!);
  expect(repeated).toMatchObject({ code: 0, stderr: '' });

  faults.end('half');
  const redriven = await runHere(['--json', 'redrive', status.runId, ...local]);
  expect(redriven.code).toBe(0);
  const result = JSON.parse(redriven.stdout.toString().trimEnd().split('\n').at(-1)!);
  expect(result).toMatchObject({ event: 'result', status: 'SUCCEEDED', executionArn });
  const manifest = await read<Manifest>(result.manifest);
  const hash = createHash('sha256');
  for (const { url } of manifest.entries) hash.update(await stack.read(url));
  expect(hash.digest('hex')).toBe(tall.contract.typed.sha256);
  const entry = manifest.entries[chunk!.index]!;
  expect(repeated.stdout.equals(await stack.read(entry.url))).toBe(true);
});
