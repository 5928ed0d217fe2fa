import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '#core/manifest/manifest.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalUp } from '#support/local-up.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

/** One writer at a time and many small chunks: a kill after a few of them is always in the middle. */
const SLOW = { chunking: { rows: 25 }, limits: { concurrency: 1 } };
const CHUNKS_BEFORE_KILL = 3;

let stateDirectory: string;
let up: LocalUp;

beforeEach(async () => {
  stateDirectory = join(await mkdtemp(join(tmpdir(), 'sparse-fanout-up-')), 'state');
  up = await LocalUp.start(stateDirectory);
});

afterEach(async () => {
  await up.end('SIGKILL');
  await rm(join(stateDirectory, '..'), { recursive: true, force: true });
});

async function chunkKeys(): Promise<string[]> {
  return (await up.keys('')).filter((key) => key.includes('/data/'));
}

/** Starts a run of the tall matrix, and kills everything while it writes chunks. */
async function killMidRun() {
  const source = await up.putSource('tall', goldenBytes(tall.file));
  const executionArn = await up.startExecution({ source, ...SLOW });
  await expect
    .poll(chunkKeys, { interval: 5, timeout: 20_000 })
    .toSatisfy((keys) => keys.length >= CHUNKS_BEFORE_KILL);
  const written = await chunkKeys();
  const dates = await Promise.all(written.map(modified));
  await up.end('SIGKILL');
  return { source, executionArn, written, dates };
}

async function modified(Key: string): Promise<Date | undefined> {
  const head = new HeadObjectCommand({ Bucket: up.outputBucket, Key });
  return (await up.s3.send(head)).LastModified;
}

async function restart(): Promise<void> {
  const before = up.printed.variables;
  up = await LocalUp.start(stateDirectory);
  expect(up.printed.variables).toEqual(before);
}

async function expectComplete(manifestUri: string): Promise<void> {
  const manifest: Manifest = JSON.parse((await up.read(manifestUri)).toString());
  const hash = createHash('sha256');
  for (const { url } of manifest.entries) hash.update(await up.read(url));
  expect(hash.digest('hex')).toBe(tall.contract.typed.sha256);
}

async function mapRunOf(executionArn: string) {
  const { mapRuns = [] } = await up.states.send(new ListMapRunsCommand({ executionArn }));
  const mapRunArn = mapRuns[0]?.mapRunArn;
  return await up.states.send(new DescribeMapRunCommand({ mapRunArn }));
}

describe('local up', { timeout: 60_000 }, () => {
  it('finds objects, ledger, executions and its own access again after kill -9', async () => {
    const source = await up.putSource('tall', goldenBytes(tall.file));
    const executionArn = await up.startExecution({ source, chunking: { rows: 500 } });
    const ended = await up.expectSucceeded(executionArn);
    const history = new GetExecutionHistoryCommand({ executionArn });
    const { events } = await up.states.send(history);
    const keys = await up.keys('');
    const ledger = await up.ledger(ended.output.runId);
    expect(ledger.size).toBeGreaterThan(0);

    await up.end('SIGKILL');
    await restart();
    expect(await up.keys('')).toEqual(keys);
    expect(await up.ledger(ended.output.runId)).toEqual(ledger);
    expect(await up.endOf(executionArn)).toEqual(ended);
    expect((await up.states.send(history)).events).toEqual(events);
    await expectComplete(ended.output.manifest);
  });

  it('shows a run that was under way as aborted, and the same request again completes it', async () => {
    const { source, executionArn, written, dates } = await killMidRun();
    await restart();
    const aborted = await up.states.send(new DescribeExecutionCommand({ executionArn }));
    expect(aborted).toMatchObject({
      status: 'ABORTED',
      cause: 'the local cloud ended while this execution was under way',
      redriveStatus: 'REDRIVABLE',
    });
    expect(await mapRunOf(executionArn)).toMatchObject({ status: 'ABORTED' });
    const { executions } = await up.states.send(
      new ListExecutionsCommand({
        stateMachineArn: up.output('StateMachineArn'),
        statusFilter: 'ABORTED',
      }),
    );
    expect(executions).toHaveLength(1);
    expect(await chunkKeys()).toEqual(expect.arrayContaining(written));
    expect((await up.keys('')).filter((key) => key.endsWith('_manifest/manifest.json'))).toEqual(
      [],
    );

    const again = await up.runToSuccess({ source, ...SLOW });
    await expectComplete(again.output.manifest);
    expect(await Promise.all(written.map(modified))).toEqual(dates);
  });

  it('completes a run that was under way by a redrive', async () => {
    const { executionArn, written, dates } = await killMidRun();
    await restart();
    await up.states.send(new RedriveExecutionCommand({ executionArn }));
    const ended = await up.expectSucceeded(executionArn);
    await expectComplete(ended.output.manifest);
    expect(await Promise.all(written.map(modified))).toEqual(dates);
    const { itemCounts } = await mapRunOf(executionArn);
    expect(itemCounts?.succeeded).toBe(itemCounts?.total);
  });

  it('ends by Ctrl-C with exit code 0, and keeps its secrets to this user', async () => {
    expect(await up.end('SIGINT')).toBe(0);
    for (const file of ['access.json', 'key.pem']) {
      expect((await stat(join(stateDirectory, file))).mode & 0o777).toBe(0o600);
    }
    await restart();
  });
});
