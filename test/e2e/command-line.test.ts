import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listObjects } from '#aws/objects.ts';
import { startCountingProxy } from '#support/counting-proxy.ts';
import { goldenPath, storedCsrCases } from '#support/golden.ts';
import { LocalUp } from '#support/local-up.ts';
import { patience } from '#support/patience.ts';
import { type Ended, runHere, runShell } from '#test/cli/run-command.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

/** Small chunks by one writer, so that a run is watched for a while. */
const SLOW = { chunking: { rows: 10 }, limits: { concurrency: 1 } };

const validate = new Ajv2020().compile(
  JSON.parse(readFileSync(new URL('../../docs/run-events.schema.json', import.meta.url), 'utf8')),
);

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;

let folder: string;
let up: LocalUp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-line-'));
  up = await LocalUp.start(join(folder, 'state'));
  await cp(goldenPath(tall.file), join(folder, 'tall.npz'));
}, patience(30_000));

afterAll(async () => {
  await up.end('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command line in another directory than this checkout's. */
async function inFolder(line: string): Promise<Ended> {
  return await runShell(`cd ${folder}; unset \${!AWS_@} \${!SPARSE_FANOUT_@}; ${line}`);
}

/** Lines of shell that find the services of the local cloud, as `local up` prints them. */
function exported(more: Readonly<Record<string, string>> = {}): string {
  const variables = Object.entries({ ...up.printed.variables, ...more });
  return variables.map(([name, value]) => `export ${name}='${value}'`).join('; ');
}

function eventsOf({ stdout }: Ended) {
  const events = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const event of events) {
    expect(validate(event), JSON.stringify([event, validate.errors])).toBe(true);
  }
  return events;
}

async function executions(): Promise<number> {
  const list = new ListExecutionsCommand({ stateMachineArn: up.output('StateMachineArn') });
  return ((await up.states.send(list)).executions ?? []).length;
}

async function uploads(): Promise<readonly string[]> {
  const objects = listObjects(up.s3, up.output('SourceBucketName'), 'uploads/');
  return await Array.fromAsync(objects, ({ key }) => key);
}

describe('run', { timeout: patience(60_000) }, () => {
  it('uploads a file, runs it, and finds both again the next time', async () => {
    const before = await executions();
    const first = await inFolder('cli --json run tall.npz --rows-per-chunk 500 --local state');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const events = eventsOf(first);
    expect(events[0]).toMatchObject({ event: 'started', executionArn: expect.any(String) });
    const result = events.at(-1);
    expect(result).toMatchObject({ event: 'result', status: 'SUCCEEDED', decision: null });
    const manifest = JSON.parse((await up.read(result.manifest)).toString());
    expect(manifest.totals).toEqual(result.totals);

    const keys = await uploads();
    expect(keys).toEqual([expect.stringMatching(/^uploads\/tall\.npz\/[0-9a-f]{8}-\d+$/)]);
    const again = await inFolder('cli --json run tall.npz --rows-per-chunk 500 --local state');
    expect(eventsOf(again).at(-1)).toMatchObject({
      ...{ status: 'SUCCEEDED', decision: 'complete', runId: result.runId },
    });
    expect(await uploads()).toEqual(keys);
    expect(await executions()).toBe(before + 2);
    // The last execution has written nothing: what is asked of it is answered of its run.
    const status = await inFolder('cli --json status latest --chunks --local state');
    const { output, jobs } = JSON.parse(status.stdout.toString());
    expect(jobs).toHaveLength(result.totals.chunks);
    const reported = await inFolder('cli report latest --out latest.html --local state');
    expect(reported).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'latest.html'), 'utf8')).toContain(result.runId);
    const verified = { code: 0, stdout: expect.anything(), stderr: expect.anything() };
    for (const run of ['latest', result.runId, output]) {
      const line = `cli verify ${run} --source tall.npz --local state`;
      expect(await inFolder(line)).toMatchObject(verified);
    }
    const byVariables = await inFolder(`${exported()}; cli --json verify ${output}`);
    const { chunks, rows, bytes, crc32 } = result.totals;
    expect(JSON.parse(byVariables.stdout.toString())).toMatchObject({ chunks, rows, bytes, crc32 });
    const nowhere = await inFolder(`cli verify ${output}`);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('no Region is set') });
  });

  it('uploads a bundle whose last object starts no second run', async () => {
    const before = await executions();
    await cp(goldenPath('bundles/counts'), join(folder, 'bundle'), { recursive: true });
    const ended = await inFolder('cli --json run bundle --local state');
    expect(eventsOf(ended).at(-1)).toMatchObject({ status: 'SUCCEEDED', decision: null });
    expect((await uploads()).filter((key) => key.endsWith('/meta.json'))).toHaveLength(1);
    expect(await executions()).toBe(before + 1);
  });

  it('takes a request in a file by the ARN and the environment, and detaches', async () => {
    const request = { source: { uri: 'tall.npz' }, chunking: { rows: 250 } };
    await writeFile(join(folder, 'request.json'), JSON.stringify(request));
    const arn = up.output('StateMachineArn');
    const machine = `export SPARSE_FANOUT_STATE_MACHINE=${arn}`;
    const setup = `${exported()}; ${machine}`;
    const { code, stdout } = await inFolder(`${setup}; cli --json run request.json --detach`);
    expect(code).toBe(0);
    const { executionArn } = JSON.parse(stdout.toString());
    const watched = await inFolder(`${exported()}; cli --json watch ${executionArn}`);
    expect(watched.code).toBe(0);
    expect(eventsOf(watched).at(-1)).toMatchObject({ status: 'SUCCEEDED', executionArn });
  });

  it('says by Ctrl-C before the first look what goes on, and how to go on with it', async () => {
    const state = join(folder, 'state');
    const { code, stderr } = await runHere(['watch', '--local', state], AbortSignal.abort());
    expect(code).toBe(130);
    const [, name] = /^detached; the execution goes on: arn:\S+:(\S+)\n/.exec(stderr)!;
    expect(stderr).toContain(`watch it:  npx sparse-fanout watch ${name} --local ${state}\n`);
  });

  it('refuses files beside objects, and what is wrong in a request, before any upload', async () => {
    const before = { keys: await uploads(), executions: await executions() };
    const mixed = await inFolder('cli run tall.npz s3://bucket/x.npz --local state');
    expect(mixed.code).toBe(2);
    expect(mixed.stderr).toContain('tall.npz is a file and s3://bucket/x.npz an object of S3');
    await mkdir(join(folder, 'wrong'), { recursive: true });
    await writeFile(join(folder, 'wrong/r.json'), '{"source":"tall.npz","chunk":{}}');
    const wrong = await inFolder('cli run wrong/r.json --local state');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^error: RequestError: wrong\/r\.json: .*chunk/);
    expect({ keys: await uploads(), executions: await executions() }).toEqual(before);
  });
});

describe('a run that takes a while', { timeout: patience(120_000) }, () => {
  const started = async (name: string, rows: number): Promise<string> => {
    const source = await up.putSource(name, await readFile(join(folder, 'tall.npz')));
    return await up.startExecution({ source, ...SLOW, chunking: { rows } });
  };

  it('is watched by at most 0.4 calls a second', async () => {
    const proxy = await startCountingProxy(
      up.printed.endpoints.states,
      await readFile(up.printed.caFile, 'utf8'),
    );
    const arn = await started('watched', 2);
    const environment = exported({ AWS_ENDPOINT_URL_SFN: proxy.endpoint });
    const line = `${environment}; cli --json watch ${arn} --timeout 22`;
    const { code, ...ended } = await inFolder(line);
    proxy.close();
    expect(code).toBe(3);
    await up.states.send(new StopExecutionCommand({ executionArn: arn }));
    const events = eventsOf({ code, ...ended });
    const progress = events.filter(({ event }) => event === 'progress');
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toMatchObject({ phase: 'writing', total: events.at(-1).chunks });
    expect(progress.at(-1).bytes).toBeGreaterThan(0);
    // The first call finds the execution; then looks follow each other.
    const [first, ...calls] = proxy.calls;
    expect(first?.operation).toBe('DescribeExecution');
    const begin = calls[0]!.at;
    // When its time is up, it looks once more.
    for (const [index, { at }] of calls.slice(0, -2).entries()) {
      const seconds = (at - begin) / 1000;
      expect(index + 1).toBeLessThanOrEqual(0.4 * seconds + 2);
    }
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(
      new Set(['GetExecutionHistory', 'DescribeMapRun']),
    );
  });

  it('has exit code 3 as long as it runs, and is canceled, discarded and redriven', async () => {
    const arn = await started('canceled', 10);
    const name = arn.split(':').at(-1);
    // As against AWS: the environment leads to the services, the ARN to the execution.
    const byArn = (line: string) => inFolder(`${exported()}; cli --json ${line}`);
    const writes = async () => (await up.keys('canceled/')).some((key) => key.includes('/data/'));
    await expect.poll(writes, { timeout: patience(10_000) }).toBe(true);
    const running = await inFolder(`cli --json status ${name} --local state`);
    expect(running.code).toBe(3);
    expect(JSON.parse(running.stdout.toString())).toMatchObject({ status: 'RUNNING' });
    expect(await byArn(`status ${arn}`)).toMatchObject({ code: 3, stderr: '' });
    expect(await inFolder(`cli watch ${name} --timeout 1 --local state`)).toMatchObject({
      code: 3,
    });
    const busy = await inFolder(`cli redrive ${name} --local state`);
    expect(busy.stderr).toContain('still runs; watch it, or cancel it first');

    const canceled = await inFolder(`cli --json cancel ${name} --local state`);
    expect(JSON.parse(canceled.stdout.toString())).toMatchObject({
      ...{ status: 'ABORTED', discarded: null, runId: expect.any(String) },
    });
    expect(await inFolder(`cli status ${name} --local state`)).toMatchObject({ code: 1 });
    const discarded = await byArn(`cancel ${arn} --discard`);
    expect(JSON.parse(discarded.stdout.toString()).discarded.chunks).toBeGreaterThan(0);
    expect(await writes()).toBe(false);

    // What Step Functions redrives by itself finds chunks gone whose writers have succeeded.
    await up.states.send(new RedriveExecutionCommand({ executionArn: arn }));
    const broken = await up.endOf(arn);
    expect(broken).toMatchObject({ status: 'FAILED', error: 'IncompleteRunError' });

    const redriven = await byArn(`redrive ${arn}`);
    expect(redriven.code).toBe(0);
    const { status, executionArn } = eventsOf(redriven).at(-1);
    expect(status).toBe('SUCCEEDED');
    // Chunks are gone, so another execution goes on with the run.
    expect(executionArn).not.toBe(arn);
    expect(await byArn(`status ${executionArn}`)).toMatchObject({ code: 0, stderr: '' });
    const reported = await byArn(`report ${executionArn} --out arn.html`);
    expect(reported).toMatchObject({ code: 0 });
    const html = await readFile(join(folder, 'arn.html'), 'utf8');
    expect(html).toContain(eventsOf(redriven).at(-1).runId);
    const complete = await inFolder(`cli cancel ${name} --discard --local state`);
    expect(complete.code).toBe(2);
  });
});

describe.skipIf(!hasPython)('in a terminal (needs python3)', { timeout: patience(90_000) }, () => {
  const terminal = async (awaited: string, line: string): Promise<string> => {
    const program = new URL('run_in_terminal.py', import.meta.url).pathname;
    const entry = new URL('../../bin/sparse-fanout.ts', import.meta.url).pathname;
    const words = [process.execPath, entry, ...line.split(' ')];
    const { stdout } = await promisify(execFile)('python3', [program, awaited, ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', TERM: 'xterm' },
    });
    return stdout;
  };

  it('a bar is drawn on one line, and Ctrl-C detaches and says how to go on', async () => {
    const source = await up.putSource('terminal', await readFile(join(folder, 'tall.npz')));
    const arn = await up.startExecution({ source, ...SLOW });
    const name = arn.split(':').at(-1);
    const shown = await terminal('░ ', `watch ${name} --local state`);
    expect(shown).toContain('writing');
    const drawn = shown.split('\r\u001b[2K').filter((line) => line.startsWith('writing'));
    expect(drawn[0]).toMatch(/^writing ▓*░* \d+\/\d+ chunks · /);
    expect(shown).toContain(`detached; the execution goes on: ${arn}`);
    expect(shown).toContain(`npx sparse-fanout watch ${name} --local state`);
    expect(shown).toContain(`npx sparse-fanout cancel ${name} --local state`);
    expect(shown).toMatch(/\nexit code 130\n$/);
    expect(await up.endOf(arn)).toMatchObject({ status: 'SUCCEEDED' });
    const done = await terminal('', `watch ${name} --local state`);
    expect(done).toMatch(/run {8}[0-9a-f]{32}\r\n/);
    expect(done).toMatch(/\nexit code 0\n$/);
  });
});
