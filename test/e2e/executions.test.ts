import { dirname } from 'node:path';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;
const FAILS = 'executions that fail';

let stack: LocalStack;
let local: readonly string[];
let run: { readonly executionArn: string; readonly runId: string; readonly manifest: string };

beforeAll(async () => {
  stack = await LocalStack.shared();
  local = ['--local', dirname(stack.cloud.logDirectory)];
  const source = await stack.putSource('executions', goldenBytes(tall.file));
  const ended = await stack.runToSuccess({ source, chunking: { rows: 500 } });
  run = { executionArn: ended.executionArn, ...ended.output };
}, patience(30_000));

async function status(asked: string, ...more: readonly string[]) {
  const ended = await runHere(['--json', 'status', asked, ...local, ...more]);
  return { ...ended, object: ended.code === 2 ? undefined : JSON.parse(ended.stdout.toString()) };
}

const outputOf = ({ manifest }: { readonly manifest: string }) =>
  manifest.slice(0, manifest.indexOf('_manifest/'));

describe('status', () => {
  it('finds a run by its id, the name or ARN of its execution, and the URI of its output', async () => {
    const { executionArn, runId, manifest } = run;
    const names = [runId, executionArn, executionArn.split(':').at(-1)!, outputOf(run)];
    for (const name of names) {
      const { code, object } = await status(name);
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(object).toMatchObject({
        ...{ status: 'SUCCEEDED', executionArn, runId, manifest, phase: 'verifying' },
        ...{ output: outputOf(run), error: null, failed: 0, running: 0 },
      });
      expect(object.done).toBe(object.chunks);
      expect(object.totals).toMatchObject({ chunks: object.chunks });
    }
  });

  it('takes the latest one where none is named', async () => {
    const { executionArn } = await stack.states.send(
      new StartExecutionCommand({
        stateMachineArn: stack.output('StateMachineArn'),
        name: `latest-${Date.now()}`,
        input: JSON.stringify({ source: `s3://${stack.output('SourceBucketName')}/none.npz` }),
      }),
    );
    await stack.endOf(executionArn ?? '');
    const ended = await runHere(['--json', 'status', ...local]);
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout.toString())).toMatchObject({
      ...{ executionArn, status: 'FAILED', runId: null, chunks: null, phase: 'planning' },
      error: { name: 'SourceNotFoundError' },
    });
  });

  it('prints the table of chunks from the ledger', async () => {
    const { object } = await status(run.runId, '--chunks');
    expect(object.jobs).toHaveLength(object.chunks);
    expect(object.jobs[0]).toMatchObject({ index: 0, status: 'done', tries: 1 });
    const prose = await runHere(['status', run.runId, '--chunks', ...local]);
    expect(prose.stdout.toString()).toMatch(/^run {8}[0-9a-f]{32}\nexecution .*, succeeded\n/);
    expect(prose.stdout.toString()).toMatch(/\nchunk +status +tries/);
  });

  it('prints what jobs finds of its output in the same ledger', async () => {
    const { object } = await status(run.runId, '--chunks');
    const ended = await runHere(['--json', 'jobs', outputOf(run), ...local]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { runId, generation, jobs } = JSON.parse(ended.stdout.toString());
    expect({ runId, generation, jobs }).toEqual({
      runId: run.runId,
      generation: 1,
      jobs: object.jobs,
    });
    const failed = await runHere(['jobs', outputOf(run), '--failed', ...local]);
    expect(failed.stdout.toString()).toMatch(/^run [0-9a-f]{32}, generation 1: 0 jobs\n/);
  });

  it('names the nearest where a run is not found', async () => {
    const { runId, executionArn } = run;
    const wrong = `${runId.slice(0, -1)}${runId.endsWith('0') ? '1' : '0'}`;
    const ended = await runHere(['status', wrong, ...local]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      new RegExp(
        `^error: RunNotFound: there is no run or execution "${wrong}"; the nearest: run ${runId}, execution ${executionArn.split(':').at(-1)} \\(SUCCEEDED, started .* UTC\\);`,
      ),
    );
    const output = await runHere(['status', 's3://somewhere-else/daily/', ...local]);
    expect(output).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
  });
});

describe('an execution that has ended', () => {
  it('is shown at once by watch, whose last line is the result', async () => {
    const { code, stdout } = await runHere(['--json', 'watch', run.runId, ...local]);
    expect(code).toBe(0);
    const events = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['started', 'result']);
    expect(events[0]).toMatchObject({ runId: run.runId, chunks: events[1].chunks });
  });

  it('cannot be canceled, and needs no redrive', async () => {
    const canceled = await runHere(['cancel', run.runId, ...local]);
    expect(canceled.code).toBe(2);
    expect(canceled.stderr).toContain('has ended as SUCCEEDED; there is nothing to cancel');
    const redriven = await runHere(['redrive', run.runId, ...local]);
    expect(redriven).toMatchObject({ code: 0, stderr: '' });
    expect(redriven.stdout.toString()).toContain(`run        ${run.runId}\n`);
  });

  it('says why it failed, with the chunk and how to go on', async () => {
    const source = await stack.putSource(FAILS, goldenBytes('invalid/index-too-big.npz'));
    const executionArn = await stack.startExecution({ source, chunking: { rows: 1 } });
    await stack.endOf(executionArn);
    const name = executionArn.split(':').at(-1)!;
    const { code, stderr } = await runHere(['watch', name, ...local]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: CorruptSourceError: chunk \d+: .*; go on: npx sparse-fanout redrive/,
    );
    expect(stderr).toContain(`redrive ${name} ${local.join(' ')}`);
    const json = await runHere(['--json', 'watch', name, ...local]);
    const events = json.stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['started', 'failure', 'result']);
    expect(events[1]).toMatchObject({ name: 'CorruptSourceError', chunk: expect.any(Number) });
    expect(events[2]).toMatchObject({ status: 'FAILED' });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { name: 'CorruptSourceError' } });
  });
});
