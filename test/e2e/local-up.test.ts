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
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Manifest } from '#core/manifest/manifest.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalUp } from '#support/local-up.ts';
import { patience } from '#support/patience.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

/**
 * One writer at a time and many small chunks, so that a kill after a few of them is always in the
 * middle.
 */
const SLOW = { chunking: { rows: 50 }, limits: { concurrency: 1 } };
const CHUNKS_BEFORE_KILL = 3;

let stateDirectory: string;
let up: LocalUp;

beforeAll(async () => {
  stateDirectory = join(await mkdtemp(join(tmpdir(), 'sparse-fanout-up-')), 'state');
  up = await LocalUp.start(stateDirectory);
});

afterAll(async () => {
  await up.end('SIGKILL');
  await rm(join(stateDirectory, '..'), { recursive: true, force: true });
});

async function chunkKeys(name: string): Promise<string[]> {
  return (await up.keys(`${name}/`)).filter((key) => key.includes('/data/'));
}

/** A run that is killed while it writes chunks. */
interface KilledRun {
  readonly name: string;
  readonly source: string;
  readonly executionArn: string;
  /** Keys of the chunks that were there. */
  readonly written: readonly string[];
  readonly dates: readonly (Date | undefined)[];
}

async function startSlowRun(name: string) {
  const source = await up.putSource(name, goldenBytes(tall.file));
  return { name, source, executionArn: await up.startExecution({ source, ...SLOW }) };
}

/** Starts runs of the tall matrix, and kills everything while they write chunks. */
async function killMidRun(names: readonly string[]): Promise<KilledRun[]> {
  const started = await Promise.all(names.map(startSlowRun));
  const areMidRun = async () => {
    const written = await Promise.all(names.map(chunkKeys));
    return written.every(({ length }) => length >= CHUNKS_BEFORE_KILL);
  };
  await vi.waitUntil(areMidRun, { interval: 20, timeout: patience(3_000) });
  const runs = await Promise.all(
    started.map(async (run) => {
      const written = await chunkKeys(run.name);
      return { ...run, written, dates: await Promise.all(written.map(modified)) };
    }),
  );
  await up.end('SIGKILL');
  return runs;
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

describe('local up', () => {
  it('serves pages about its executions to a browser of this machine', async () => {
    const response = await fetch(up.printed.page);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch('<h1>Executions</h1>');
  });

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

  describe('when it was killed during two runs', () => {
    let [repeated, redriven]: KilledRun[] = [];

    beforeAll(async () => {
      [repeated, redriven] = await killMidRun(['repeated', 'redriven']);
      await restart();
    });

    it('shows a run as aborted, and the same request again completes it', async () => {
      const { name, source, executionArn, written, dates } = repeated!;
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
      expect(executions).toHaveLength(2);
      expect(await chunkKeys(name)).toEqual(expect.arrayContaining([...written]));
      const keys = await up.keys(`${name}/`);
      expect(keys.filter((key) => key.endsWith('_manifest/manifest.json'))).toEqual([]);

      const again = await up.runToSuccess({ source, ...SLOW });
      await expectComplete(again.output.manifest);
      expect(await Promise.all(written.map(modified))).toEqual(dates);
    });

    it('completes a run by a redrive', async () => {
      const { executionArn, written, dates } = redriven!;
      await up.states.send(new RedriveExecutionCommand({ executionArn }));
      const ended = await up.expectSucceeded(executionArn);
      await expectComplete(ended.output.manifest);
      expect(await Promise.all(written.map(modified))).toEqual(dates);
      const { itemCounts } = await mapRunOf(executionArn);
      expect(itemCounts?.succeeded).toBe(itemCounts?.total);
    });
  });

  it('ends by Ctrl-C with exit code 0, and keeps its secrets to this user', async () => {
    expect(await up.end('SIGINT')).toBe(0);
    for (const file of ['access.json', 'key.pem']) {
      expect((await stat(join(stateDirectory, file))).mode & 0o777).toBe(0o600);
    }
    await restart();
  });
});
